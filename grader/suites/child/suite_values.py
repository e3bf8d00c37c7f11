"""Python values as what can cross the wall, both ways: this file is read on both sides.

What is no plain value is a dict with the key `t`, its kind. Whatever comes from a student's
process is data here and never code: kinds are few, and each is looked at before it is made.
"""

import collections
import datetime
import decimal
import fractions
import pathlib
import sys
import types
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

MOST_ITEMS = 200_000  # of one container
_WIRE = frozenset(np.dtype(name) for name in ("?", "i1", "i2", "i4", "i8", "f2", "f4", "f8"))
# dtypes that the wire lacks, as dtypes of the same width that it has
_SAME_BYTES = {"uint8": "i1", "uint16": "i2", "uint32": "i4", "uint64": "i8"}
_SAME_BYTES |= {"complex64": "f4", "complex128": "f8"}
_DICTS = {"dict": dict, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}
_FACTORIES = {kind.__name__: kind for kind in (int, float, bool, str, list, dict, set, tuple)}
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

    def known(self, value: Any) -> Any:
        """A container or an array that both sides have already, encoded; None for any other."""

    def held(self, value: Any, data: Any) -> Any:
        """A container with its plain data, encoded: it may be changed in place."""

    def named(self, kind: type) -> int:
        """The number of a class of named tuples of the submission; 0 for any other."""

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
        code = lambda item: encode(item, outside)  # noqa: E731
        if kind not in CHANGEABLE:
            return writer(value, code)
        known = outside.known(value)
        return outside.held(value, writer(value, code)) if known is None else known
    return _subclass(value, outside)


def _subclass(value: Any, outside: Outside) -> Any:
    """A value of a kind that has subclasses, of torch, or of none that this file knows."""
    kind = type(value)
    if kind is np.ndarray or kind is np.memmap:
        known = outside.known(value)
        return outside.array(value, _array(np.asarray(value))) if known is None else known
    if isinstance(value, np.generic):
        return {"t": "scalar", "data": _array(np.asarray(value))}
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        items = [encode(item, outside) for item in value]
        told = {"name": kind.__name__, "fields": list(kind._fields), "items": items}
        return {"t": "named", "id": outside.named(kind), **told}
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
        known = outside.known(value)
        return outside.tensor(value) if known is None else known
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
    told = {"t": "tensor", "data": _array(numbers_of(tensor)), "brief": is_brief}
    if tensor.is_leaf and tensor.requires_grad:
        told["parameter"] = isinstance(tensor, torch.nn.Parameter)
        told["gradient"] = None if tensor.grad is None else tensor_data(tensor.grad)
    return told


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
    made = made.bfloat16() if data["brief"] else made
    if "parameter" not in data:
        return made
    made = torch.nn.Parameter(made) if data["parameter"] is True else made.requires_grad_()
    made.grad = None if data["gradient"] is None else tensor_of(data["gradient"])
    return made


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
    return _DICTS[data["kind"]](dict(zip(items[::2], items[1::2], strict=True)))


def _default(value: Any, code: Code) -> dict[str, Any]:
    factory = value.default_factory
    name = next((name for name, kind in _FACTORIES.items() if kind is factory), "")
    if factory is not None and not name:
        raise NotPlain("a defaultdict with a function of its own")
    return {**_pairs(value, code), "t": "defaultdict", "kind": "dict", "factory": name}


def _read_default(data: Any, code: Code) -> Any:
    name = data["factory"]
    return collections.defaultdict(_FACTORIES[name] if name else None, _read_dict(data, code))


def _read_deque(data: Any, code: Code) -> Any:
    most = data["most"]
    if most is not None and (type(most) is not int or most < 0):
        raise ValueError("no length")
    return collections.deque(map(code, data["items"]), most)


def _read_time(data: Any, _code: Code) -> Any:
    """A day, a time, a duration or an exact number, from its text or its parts."""
    kind, parts = data["t"], data["items"]
    if any(type(part) not in (int, str) or len(str(part)) > _MOST_DIGITS for part in parts):
        raise ValueError("no such parts")
    return _OF_PARTS[kind](*parts)


_OF_PARTS: dict[str, Callable[..., Any]] = {
    "date": datetime.date.fromisoformat,
    "datetime": datetime.datetime.fromisoformat,
    "time": datetime.time.fromisoformat,
    "timedelta": datetime.timedelta,
    "Decimal": decimal.Decimal,
    "Fraction": lambda above, below: fractions.Fraction(int(above), int(below)),
    "UUID": uuid.UUID,
}


def named_class(data: dict[str, Any]) -> Any:
    """The class of a named tuple.

    Raises:
        ValueError: its fields cannot be names.
    """
    fields = [str(field) for field in data["fields"]][:100]
    return collections.namedtuple(str(data["name"])[:100], fields)


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
    collections.deque: lambda value, code: {
        "t": "deque",
        "items": _items(value, code),
        "most": value.maxlen,
    },
    collections.defaultdict: _default,
    types.MappingProxyType: lambda value, code: _pairs(dict(value), code),
    datetime.date: lambda value, _: {"t": "date", "items": [value.isoformat()]},
    datetime.datetime: lambda value, _: {"t": "datetime", "items": [value.isoformat()]},
    datetime.time: lambda value, _: {"t": "time", "items": [value.isoformat()]},
    datetime.timedelta: lambda value, _: {
        "t": "timedelta",
        "items": [value.days, value.seconds, value.microseconds],
    },
    decimal.Decimal: lambda value, _: {"t": "Decimal", "items": [str(value)]},
    fractions.Fraction: lambda value, _: {
        "t": "Fraction",
        "items": [str(value.numerator), str(value.denominator)],
    },
    uuid.UUID: lambda value, _: {"t": "UUID", "items": [str(value)]},
    type({}.keys()): _items,
    type({}.values()): _items,
    type({}.items()): _items,
    dict: _pairs,
    collections.OrderedDict: _pairs,
    collections.Counter: _pairs,
    bytes: lambda value, _: {"t": "bytes", "text": value.decode("latin-1")},
    bytearray: lambda value, _: {"t": "bytearray", "text": value.decode("latin-1")},
    range: lambda value, _: {"t": "range", "items": [value.start, value.stop, value.step]},
    slice: lambda value, code: {
        "t": "slice",
        "items": [code(value.start), code(value.stop), code(value.step)],
    },
    type(Ellipsis): lambda _, __: {"t": "ellipsis"},
    complex: lambda value, _: {"t": "complex", "items": [value.real, value.imag]},
}
# What can be changed in place where it is handed in.
CHANGEABLE = frozenset({list, set, collections.deque, collections.defaultdict, *_DICTS.values()})
_READERS: dict[str, Callable[[Any, Code], Any]] = {
    "int": _read_int,
    "tuple": lambda data, code: tuple(map(code, data["items"])),
    "set": lambda data, code: set(map(code, data["items"])),
    "frozenset": lambda data, code: frozenset(map(code, data["items"])),
    "dict": _read_dict,
    "array": _read_array,
    "scalar": lambda data, _: _read_array(data["data"]).reshape(())[()],
    "bytes": lambda data, _: data["text"].encode("latin-1"),
    "bytearray": lambda data, _: bytearray(data["text"].encode("latin-1")),
    "deque": _read_deque,
    "defaultdict": _read_default,
    **dict.fromkeys(_OF_PARTS, _read_time),
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
