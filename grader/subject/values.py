"""Values of calls, as versions of a stage take and give them: arrays, numbers, lists and dicts.

torch is imported where a subject computes with it: what is about arrays alone needs none.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """An answer that is numbers, as one array."""

    array: Floats
    are_whole: bool  # whether they came as integers
    # Of several arrays, which stand in `array` one after the other, or of booleans: what each is
    # called, and its shape. Texts among them stand here alone. Empty for one array of numbers.
    form: str = ""


def given(value: Any, *, framework: str, precision: str) -> Any:
    """A copy of plain values as a version gets them.

    Args:
        framework: "torch" makes arrays to tensors, integers in int64; "numpy" leaves them arrays.
        precision: of floats, "float64" or "float32".
    """
    match value:
        case np.ndarray():
            return _array(value, framework, precision)
        case dict():
            return {k: given(v, framework=framework, precision=precision) for k, v in value.items()}
        case list() | tuple():
            return [given(item, framework=framework, precision=precision) for item in value]
        case _:
            return value


def over_arrays(function: Callable[..., Any], framework: str) -> Callable[..., Any]:
    """A function of a subject on arrays: floats become float64, and arrays come back."""

    def call(*arguments: Any) -> Any:
        received = given(list(arguments), framework=framework, precision="float64")
        return plain(function(*received))

    return call


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor of torch; nothing is as long as nobody imported it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def plain(value: Any) -> Any:
    """The value with arrays in the place of tensors, all the way down; a tuple becomes a list."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value.detach().numpy() if is_tensor(value) else value


def _array(array: NDArray[Any], framework: str, precision: str) -> Any:
    if framework == "numpy":
        return array.astype(precision) if array.dtype.kind == "f" else array.copy()
    import torch

    tensor = torch.tensor(array)
    if array.dtype.kind == "b":
        return tensor
    return tensor.to(getattr(torch, precision)) if tensor.is_floating_point() else tensor.long()


def numbers(value: Any) -> Numbers | None:
    """Arrays, numbers and lists of them as one array; None for anything else."""
    array = _as_array(value)
    if array is None or array.dtype.kind not in "fiu":
        return None
    return Numbers(array.astype(np.float64), are_whole=array.dtype.kind in "iu")


def answer_numbers(value: Any) -> Numbers | None:
    """What a stage returned as one array, also where it is booleans, texts, or several arrays.

    Several arrays in lists and dicts, such as hidden states and a cache, stand in it one after the
    other, and `form` says which they are. A text is no number, so it stands in `form` as it is.
    None for anything else.
    """
    found = numbers(value)
    if found is not None:
        return found
    parts = [(name, part if _is_form(part) else _as_array(part)) for name, part in _parts(value)]
    if any(part is None for _, part in parts):
        return None
    arrays = [part for _, part in parts if isinstance(part, np.ndarray)]
    if any(array.dtype.kind not in "fiub" for array in arrays):
        return None
    return Numbers(
        np.concatenate([np.zeros(0), *(array.astype(np.float64).ravel() for array in arrays)]),
        are_whole=all(array.dtype.kind != "f" for array in arrays),
        form="; ".join(_form(name, part) for name, part in parts),
    )


def _is_form(part: Any) -> bool:
    """Whether a part has no numbers in it: a text, or a list or dict without items."""
    return isinstance(part, str | list | tuple | dict)


def _form(name: str, part: Any) -> str:
    if not isinstance(part, np.ndarray):
        return f"{name} {part!r}".strip()
    return f"{name} {part.shape}{' of booleans' if part.dtype.kind == 'b' else ''}".strip()


def _parts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """What stands in lists and dicts, each with its way from the outside in."""
    match value:
        case dict() if value:
            for key in sorted(value, key=str):
                yield from _parts(value[key], f"{name}.{key}")
        case list() | tuple() if value:
            for place, item in enumerate(value):
                yield from _parts(item, f"{name}.{place}")
        case _:
            yield name, value


def refilled(value: Any, array: Floats) -> Any:
    """The same lists and dicts of arrays with other numbers in them, those of `answer_numbers`.

    Args:
        value: arrays, and numbers where no lists or dicts are around them.
    """
    left = [array.ravel()]

    def filled(item: Any) -> Any:
        match item:
            case dict():
                parts = {key: filled(item[key]) for key in sorted(item, key=str)}
                return {key: parts[key] for key in item}
            case list() | tuple():
                return [filled(each) for each in item]
            case np.ndarray():
                part, left[0] = left[0][: item.size], left[0][item.size :]
                return part.reshape(item.shape).astype(item.dtype)
            case str():
                return item
            case _:
                part, left[0] = left[0][:1], left[0][1:]
                return float(part[0])

    return filled(value)


def as_numbers(value: Any) -> Floats | None:
    """The same, without what kind of numbers they are."""
    found = numbers(value)
    return found.array if found else None


def _as_array(value: Any) -> NDArray[Any] | None:
    value = value.detach().numpy() if is_tensor(value) else value
    match value:
        case list() | tuple():
            parts = [_as_array(item) for item in value]
            if any(part is None or part.shape != parts[0].shape for part in parts):  # type: ignore[union-attr]
                return None
            value = np.array(parts) if parts else np.zeros(0, dtype=np.int64)
    if not isinstance(value, np.ndarray | np.number | int | float):
        return None
    return np.asarray(value)


def identical(a: Any, b: Any) -> bool:
    """The same kinds, shapes and values, all the way down."""
    if is_tensor(b):
        return is_tensor(a) and bool(a.equal(b))
    match b:
        case np.ndarray():
            return isinstance(a, np.ndarray) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        case dict():
            same_keys = isinstance(a, dict) and a.keys() == b.keys()
            return same_keys and all(identical(a[key], b[key]) for key in b)
        case list() | tuple():
            same_length = isinstance(a, list | tuple) and len(a) == len(b)
            return same_length and all(map(identical, a, b))
        case _:
            return type(a) is type(b) and bool(a == b)


def alike(a: Any, b: Any, *, within: float = 1e-4) -> bool:
    """The same kinds, shapes and keys all the way down, and floats that are equal but for rounding.

    Args:
        a: plain values of a student.
        b: what a version has, tensors or arrays.
        within: how far floats may differ, as a part of the largest one.
    """
    if isinstance(b, np.ndarray) or is_tensor(b):
        return isinstance(a, np.ndarray) and _near(answer_numbers(a), answer_numbers(b), within)
    match b:
        case dict():
            same_keys = isinstance(a, dict) and a.keys() == b.keys()
            return same_keys and all(alike(a[key], b[key], within=within) for key in b)
        case list() | tuple():
            same_length = isinstance(a, list | tuple) and len(a) == len(b)
            return same_length and all(
                alike(one, other, within=within) for one, other in zip(a, b, strict=True)
            )
        case _:
            return type(a) is type(b) and bool(a == b)


def _near(a: Numbers | None, b: Numbers | None, within: float) -> bool:
    if a is None or b is None or a.array.shape != b.array.shape or a.are_whole != b.are_whole:
        return False
    if a.form != b.form:
        return False
    largest = float(np.max(np.abs(b.array), initial=0.0, where=np.isfinite(b.array)))
    return np.allclose(a.array, b.array, rtol=0, atol=within * largest, equal_nan=True)
