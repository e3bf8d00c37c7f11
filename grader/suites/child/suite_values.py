"""Python values as what can cross the wall, both ways: this file is read on both sides.

What is no plain value is a dict with the key `t`, its kind. Whatever comes from a student's
process is data here and never code: kinds are few, and each is looked at before it is made.
"""

import collections
import pathlib
import sys
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

MOST_ITEMS = 200_000  # of one container
_WIRE = frozenset(np.dtype(name) for name in ("?", "i1", "i2", "i4", "i8", "f2", "f4", "f8"))
# dtypes that the wire lacks, as dtypes of the same width that it has
_SAME_BYTES = {"uint8": "i1", "uint16": "i2", "uint32": "i4", "uint64": "i8"}
_SAME_BYTES |= {"complex64": "f4", "complex128": "f8"}
_DICTS = {"dict": dict, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}
_MOST_DIGITS = 4000


class NotPlain(Exception):
    """A value of a kind that does not cross; the text names it."""


class Outside(Protocol):
    """What one side does with values that are no plain data."""

    def tensor(self, value: Any) -> Any:
        """A tensor, encoded."""

    def array(self, value: np.ndarray, data: Any) -> Any:
        """An array with its plain data, encoded: it may be changed in place."""

    def text(self, value: str) -> Any:
        """A text, encoded: it may name a file."""

    def path(self, value: str) -> Any:
        """The text of a path, encoded."""

    def other(self, value: Any) -> Any:
        """Anything else, encoded. Raises NotPlain."""

    def made(self, kind: str, data: dict[str, Any]) -> Any:
        """A kind that is not of this file, decoded. Raises ValueError."""


def encode(value: Any, outside: Outside) -> Any:
    """A value as what can cross.

    Raises:
        NotPlain: it holds something that cannot.
    """
    kind = type(value)
    if value is None or kind in (bool, float):
        return value
    if kind is str:
        return outside.text(value)
    if kind is int:
        small = -(1 << 63) <= value < 1 << 63
        return value if small else {"t": "int", "text": hex(value)}
    if writer := _WRITERS.get(kind):
        return writer(value, lambda item: encode(item, outside))
    return _subclass(value, outside)


def _subclass(value: Any, outside: Outside) -> Any:
    """A value of a kind that has subclasses, of torch, or of none that this file knows."""
    kind = type(value)
    if isinstance(value, np.ndarray):
        return outside.array(value, _array(value))
    if isinstance(value, np.generic):
        return {"t": "scalar", "data": _array(np.asarray(value))}
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        items = [encode(item, outside) for item in value]
        return {"t": "named", "name": kind.__name__, "fields": list(kind._fields), "items": items}
    if isinstance(value, pathlib.PurePath):
        return {"t": "path", "text": outside.path(str(value))}
    return _of_torch(value, outside)


def decode(data: Any, outside: Outside) -> Any:
    """The inverse of `encode`.

    Raises:
        ValueError, TypeError, KeyError, LookupError: it is nothing that `encode` makes.
    """
    kind = type(data)
    if kind is list:
        return [decode(item, outside) for item in data]
    if kind is not dict:
        return data
    name = data["t"]
    reader = _READERS.get(name)
    if reader is None:
        return outside.made(name, data)
    return reader(data, lambda item: decode(item, outside))


Code = Callable[[Any], Any]


def _items(values: Any, code: Code) -> list[Any]:
    if len(values) > MOST_ITEMS:
        raise NotPlain(f"a container of {len(values):,} items")
    return [code(item) for item in values]


def _pairs(value: Any, code: Code) -> dict[str, Any]:
    flat = [item for pair in value.items() for item in pair]
    return {"t": "dict", "kind": type(value).__name__, "items": _items(flat, code)}


def _array(value: np.ndarray) -> Any:
    value = np.ascontiguousarray(value) if value.ndim else value
    if type(value) is np.ndarray and value.dtype in _WIRE:
        return value
    same = _SAME_BYTES.get(value.dtype.name)
    if same is None:
        if value.dtype.newbyteorder("<") in _WIRE:
            return value.astype(value.dtype.newbyteorder("<"))
        raise NotPlain(f"an array of dtype {value.dtype}")
    flat = np.atleast_1d(value).view(same)
    return {"t": "array", "dtype": value.dtype.name, "shape": list(value.shape), "data": flat}


def _of_torch(value: Any, outside: Outside) -> Any:
    torch = sys.modules.get("torch")
    if torch is None:
        return outside.other(value)
    if isinstance(value, torch.Tensor):
        return outside.tensor(value)
    if isinstance(value, torch.Size):
        return {"t": "size", "items": list(value)}
    if isinstance(value, torch.dtype | torch.device):
        kind = type(value).__name__
        return {"t": kind, "text": str(value).removeprefix("torch.")}
    return outside.other(value)


def tensor_data(tensor: Any) -> dict[str, Any]:
    """A tensor's numbers and kind, without its history.

    Raises:
        NotPlain: it is sparse, quantized, or on a device.
    """
    torch = sys.modules["torch"]
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
        raise NotPlain(f"a tensor of layout {tensor.layout} on {tensor.device}")
    is_brief = tensor.dtype is torch.bfloat16
    return {"t": "tensor", "data": _array(numbers_of(tensor)), "brief": is_brief}


def numbers_of(tensor: Any) -> np.ndarray:
    """A tensor as an array, without its history; numpy has no bfloat16, which becomes float32."""
    torch = sys.modules["torch"]
    plain = tensor.detach().resolve_conj().resolve_neg()
    array: np.ndarray = (plain.float() if plain.dtype is torch.bfloat16 else plain).numpy()
    return array


def tensor_of(data: dict[str, Any]) -> Any:
    """The tensor of `tensor_data`."""
    import torch

    array = data["data"] if isinstance(data["data"], np.ndarray) else _read_array(data["data"])
    made = torch.from_numpy(np.array(array))
    return made.bfloat16() if data["brief"] else made


def _read_array(data: Any, _code: Code | None = None) -> np.ndarray:
    if isinstance(data, np.ndarray):
        return data
    same, shape = _SAME_BYTES[data["dtype"]], tuple(data["shape"])
    flat = data["data"]
    if flat.dtype != np.dtype(same):
        raise ValueError("an array of other numbers than it says")
    whole: np.ndarray = np.ascontiguousarray(flat).view(data["dtype"]).reshape(shape)
    return whole


def _read_int(data: Any, _code: Code) -> int:
    if len(data["text"]) > _MOST_DIGITS:
        raise ValueError("a number of too many digits")
    return int(data["text"], 16)


def _read_dict(data: Any, code: Code) -> Any:
    items = [code(item) for item in data["items"]]
    return _DICTS[data["kind"]](zip(items[::2], items[1::2], strict=True))


def _read_named(data: Any, code: Code) -> Any:
    fields = [str(field) for field in data["fields"]][:100]
    made = collections.namedtuple(str(data["name"])[:100], fields)  # type: ignore[misc]
    return made(*map(code, data["items"]))


def _read_range(data: Any, _code: Code) -> range:
    return range(*map(int, data["items"]))


def _read_of_torch(data: Any, _code: Code) -> Any:
    import torch

    if data["t"] == "size":
        return torch.Size(map(int, data["items"]))
    if data["t"] == "device":
        return torch.device(str(data["text"]))
    found = getattr(torch, str(data["text"]))
    if not isinstance(found, torch.dtype):
        raise ValueError("no dtype")
    return found


def _tagged(kind: str) -> Callable[[Any, Code], dict[str, Any]]:
    return lambda value, code: {"t": kind, "items": _items(value, code)}


_WRITERS: dict[type, Callable[[Any, Code], Any]] = {
    list: _items,
    tuple: _tagged("tuple"),
    set: _tagged("set"),
    frozenset: _tagged("frozenset"),
    collections.deque: _items,
    type({}.keys()): _items,
    type({}.values()): _items,
    type({}.items()): _items,
    dict: _pairs,
    collections.OrderedDict: _pairs,
    collections.Counter: _pairs,
    bytes: lambda value, _: {"t": "bytes", "text": value.decode("latin-1")},
    bytearray: lambda value, _: {"t": "bytes", "text": value.decode("latin-1")},
    range: lambda value, _: {"t": "range", "items": [value.start, value.stop, value.step]},
    slice: lambda value, code: {
        "t": "slice",
        "items": [code(value.start), code(value.stop), code(value.step)],
    },
    type(Ellipsis): lambda _, __: {"t": "ellipsis"},
    complex: lambda value, _: {"t": "complex", "items": [value.real, value.imag]},
}
_READERS: dict[str, Callable[[Any, Code], Any]] = {
    "int": _read_int,
    "tuple": lambda data, code: tuple(map(code, data["items"])),
    "set": lambda data, code: set(map(code, data["items"])),
    "frozenset": lambda data, code: frozenset(map(code, data["items"])),
    "dict": _read_dict,
    "named": _read_named,
    "array": _read_array,
    "scalar": lambda data, _: _read_array(data["data"]).reshape(())[()],
    "bytes": lambda data, _: data["text"].encode("latin-1"),
    "path": lambda data, code: pathlib.Path(code(data["text"])),
    "range": _read_range,
    "slice": lambda data, code: slice(*map(code, data["items"])),
    "ellipsis": lambda _, __: ...,
    "complex": lambda data, _: complex(*data["items"]),
    "size": _read_of_torch,
    "dtype": _read_of_torch,
    "device": _read_of_torch,
}


def is_same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays hold the same bytes in the same shape."""
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
