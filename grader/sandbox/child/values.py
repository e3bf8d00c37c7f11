"""Values as the student's code sees them, and back to plain values that can cross the wall."""

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.sandbox.child.wire import Remote

_PLAIN = frozenset({type(None), bool, int, float, str})
# Made once: to make a union of kinds takes as long as to look whether a value is of one.
_ARRAYS = (np.ndarray, np.generic)
_SEQUENCES = (list, tuple)
MAX_ELEMENTS = 8 << 20  # of one array: 64 MB in float64


class Unsendable(Exception):
    """A value of a kind that cannot cross; the sentence names it."""


def for_student(value: Any, framework: str, connect: Callable[[str], Callable[..., Any]]) -> Any:
    """A copy with tensors for arrays where the submission uses torch, and callables for names."""
    return _given(value, _tensor_of() if framework == "torch" else np.ndarray.copy, connect)


def _given(value: Any, array: Callable[[np.ndarray], Any], connect: Callable[[str], Any]) -> Any:
    kind = type(value)  # exact: this runs for every weight of every call
    if kind is np.ndarray:
        return array(value)
    if kind is list or kind is tuple:
        return [_given(item, array, connect) for item in value]
    if kind is dict:
        return {key: _given(item, array, connect) for key, item in value.items()}
    return connect(value.name) if kind is Remote else value


def as_namespace(table: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**table)


def plain(value: Any) -> Any:
    """The value as arrays, numbers, text, lists and dicts. The arrays may be the student's own.

    Raises:
        Unsendable: it holds anything else.
    """
    if type(value) in _PLAIN:
        return value
    if (torch := _torch_of(value)) is not None:
        return _from_tensor(torch, value)
    if isinstance(value, _SEQUENCES):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, _ARRAYS):
        return _plain_array(np.asarray(value))
    if isinstance(value, int | float):  # a subclass, such as an enumeration
        raise Unsendable(f"a number of type {type(value).__name__}")
    raise Unsendable(article(type(value).__name__))


def are_same(before: Any, after: Any) -> bool:
    """Whether plain values are of the same kinds and shapes, and equal to the bit."""
    kind = type(before)
    if type(after) is not kind:
        return False
    if kind is np.ndarray:
        as_before = after.dtype == before.dtype and after.shape == before.shape
        return as_before and bool(after.tobytes() == before.tobytes())
    if kind is list:
        return len(after) == len(before) and all(map(are_same, before, after))
    if kind is dict:
        return after.keys() == before.keys() and all(are_same(before[k], after[k]) for k in before)
    return bool(after == before)


def _torch_of(value: Any) -> Any:
    """torch, if the value is a tensor; a module of the student's may have its name."""
    torch = sys.modules.get("torch")
    tensor = getattr(torch, "Tensor", None)
    return torch if isinstance(tensor, type) and isinstance(value, tensor) else None


def _key(key: Any) -> str:
    if type(key) is not str:
        raise Unsendable(f"a dict with a key of type {type(key).__name__}")
    return key


def _plain_array(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "bif" or array.dtype.itemsize > 8:
        raise Unsendable(f"an array of dtype {array.dtype}")
    if array.size > MAX_ELEMENTS:
        raise Unsendable(f"an array of {array.size:,} numbers")
    return array


def _from_tensor(torch: Any, tensor: Any) -> np.ndarray:
    array: np.ndarray
    try:  # most tensors need no more
        array = tensor.numpy()
        if array.dtype.kind in "bif" and array.size <= MAX_ELEMENTS:
            return array
    except (RuntimeError, TypeError):
        pass
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
        raise Unsendable(f"a tensor of layout {tensor.layout} on {tensor.device}")
    if tensor.numel() > MAX_ELEMENTS:
        raise Unsendable(f"a tensor of {tensor.numel():,} numbers")
    if tensor.dtype is torch.bfloat16 or tensor.is_complex():
        raise Unsendable(f"a tensor of dtype {str(tensor.dtype).removeprefix('torch.')}")
    return _plain_array(tensor.detach().resolve_conj().resolve_neg().numpy())


def _tensor_of() -> Callable[[np.ndarray], Any]:
    import torch  # a submission that takes tensors may not have imported it yet

    return lambda array: torch.from_numpy(array.copy())


def article(name: str) -> str:
    """A name with its article."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
