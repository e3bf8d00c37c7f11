"""What a right or a wrong version of a stage makes of the inputs that a student's code got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from grader.remembered import remembered
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions import catalogue
from reference.decoder.misconceptions.pairs.table import composed

Floats = NDArray[np.float64]

_AND = " and "

_DTYPES = {"float64": torch.float64, "float32": torch.float32}


@dataclass(frozen=True, slots=True, eq=False)
class VersionOutcome:
    """What came of one call."""

    value: Floats | None  # None: nothing that is numbers
    changed: bool = False  # whether an argument was changed in place


def outcome(version: str, arguments: Sequence[Any], precision: str) -> VersionOutcome:
    """What a version of a stage computes.

    Args:
        version: the name of a stage for the right one, the id of a misconception, or `both` of two.
        arguments: as they were sent to the student.
        precision: "float64" or "float32".
    """
    compute = _of_pair if _AND in version else _of_one
    found: VersionOutcome = compute(version, list(arguments), precision)
    return found


def both(ids: Sequence[str]) -> str:
    """The version of a stage in which these misconceptions stand together."""
    return _AND.join(ids)


@remembered
def _of_one(version: str, arguments: list[Any], precision: str) -> VersionOutcome:
    return _outcome(version, arguments, precision)


# Pairs are many and most are looked at once: they shall not crowd out single ones.
@remembered
def _of_pair(version: str, arguments: list[Any], precision: str) -> VersionOutcome:
    return _outcome(version, arguments, precision)


def _outcome(version: str, arguments: list[Any], precision: str) -> VersionOutcome:
    given = tensors(arguments, _DTYPES[precision])
    before = tensors(arguments, _DTYPES[precision])
    try:
        value = as_numbers(function_of(version)(*given))
    except Exception:  # noqa: BLE001 - whatever a wrong version raises is its outcome
        value = None
    return VersionOutcome(value, changed=not identical(given, before))


def function_of(version: str) -> Callable[..., Any]:
    if version in FUNCTIONS:
        return FUNCTIONS[version]
    return composed(version.split(_AND)) if _AND in version else catalogue.find(version).wrong


def tensors(value: Any, dtype: torch.dtype) -> Any:
    """A copy of plain values in which arrays are tensors, floats in `dtype`."""
    match value:
        case np.ndarray():
            tensor = torch.tensor(value)
            return tensor.to(dtype) if tensor.is_floating_point() else tensor.long()
        case dict():
            return {key: tensors(item, dtype) for key, item in value.items()}
        case list() | tuple():
            return [tensors(item, dtype) for item in value]
        case _:
            return value


def as_numbers(value: Any) -> Floats | None:
    """Arrays, numbers and lists of them as one array; None for anything else."""
    match value:
        case torch.Tensor():
            value = value.detach().numpy()
        case list() | tuple():
            parts = [as_numbers(item) for item in value]
            if any(part is None or part.shape != parts[0].shape for part in parts):  # type: ignore[union-attr]
                return None
            value = np.array(parts) if parts else np.zeros(0)
    if not isinstance(value, np.ndarray | np.number | int | float):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


def identical(a: Any, b: Any) -> bool:
    """The same kinds, shapes and values, all the way down."""
    match b:
        case np.ndarray():
            return isinstance(a, np.ndarray) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        case torch.Tensor():
            return isinstance(a, torch.Tensor) and torch.equal(a, b)
        case dict():
            same_keys = isinstance(a, dict) and a.keys() == b.keys()
            return same_keys and all(identical(a[key], b[key]) for key in b)
        case list() | tuple():
            same_length = isinstance(a, list | tuple) and len(a) == len(b)
            return same_length and all(map(identical, a, b))
        case _:
            return type(a) is type(b) and bool(a == b)
