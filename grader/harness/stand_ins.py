"""Stand-ins: the reference answers for inner stages that the student has not got right."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from grader.errors import NotSettledHere
from grader.observed_calls import is_larger
from grader.sandbox.contract import NoAnswer
from grader.settings import Stage

# Larger than any input of a check: nothing else limits the time and memory of our side.
_LONGEST_AXIS = 512
_MOST_ENTRIES = 1 << 19
_LARGEST_RESULT = 1 << 24  # entries, of anything that is computed on the way
_WIDEST_NUMBER = 8  # bytes of a number that can be sent
_BEYOND_INTEGERS = 1 << 63


# For each stage those that may run inside it, with their parameters.
InnerStages = Mapping[str, Mapping[str, Sequence[str]]]


def inner_stages(stages: Sequence[Stage]) -> InnerStages:
    """For each stage all stages that may run inside it: those it uses, and so on inwards."""
    by_name = {stage.name: stage for stage in stages}

    def inside(name: str) -> set[str]:
        uses = set(by_name[name].uses)
        return uses.union(*(inside(other) for other in uses))

    return {
        name: {other: by_name[other].parameters for other in sorted(inside(name))}
        for name in by_name
    }


def stand_in(reference: object, name: str, given: list[Any]) -> Any:
    """The reference's answer in the student's precision.

    Raises:
        NoAnswer: it has none, or it would take more than any check needs.
        NotSettledHere: there is no reference, only some of its answers, and this is not among them.
    """
    try:
        value = answer_of(lambda *arguments: getattr(reference, name)(*arguments), given)
    except NoAnswer as error:
        if isinstance(error.__cause__, NotSettledHere):
            raise error.__cause__ from None
        raise
    arrays = [a for a in given if isinstance(a, np.ndarray)]
    floats = [a.dtype for a in arrays or _arrays(given) if a.dtype.kind == "f"]
    return _in_precision(value, floats[0]) if floats else value


def _in_precision(value: Any, dtype: np.dtype[Any]) -> Any:
    """The same with arrays of this dtype, also in lists and dicts such as those of a cache.

    A number becomes an array without axes: a student's code may call `exp` on what it gave itself.
    """
    match value:
        case float():
            return np.array(value, dtype=dtype)
        case np.ndarray():
            return value.astype(dtype) if value.dtype.kind == "f" else value
        case list() | tuple():
            return [_in_precision(item, dtype) for item in value]
        case dict():
            return {key: _in_precision(item, dtype) for key, item in value.items()}
        case _:
            return value


def answer_of(function: Callable[..., Any], given: list[Any]) -> Any:
    """What a function of ours makes of values of the student's.

    Raises:
        NoAnswer: it raises, or it would take more than any check needs.
    """
    if is_larger(given, _MOST_ENTRIES) or _leads_to_giants(given):
        raise NoAnswer
    try:
        value = function(*given)
    except Exception as error:  # the values may be anything
        raise NoAnswer from error
    if is_larger(value, _MOST_ENTRIES) or not _can_be_sent(value):
        raise NoAnswer
    return value


def _can_be_sent(value: Any) -> bool:
    """Whether it is plain: a function of ours may well make a list of tensors from odd values."""
    kind = type(value)
    if kind is np.ndarray:
        return bool(value.dtype.kind in "bif" and value.dtype.itemsize <= _WIDEST_NUMBER)
    if kind is int:
        return bool(-_BEYOND_INTEGERS <= value < _BEYOND_INTEGERS)
    if kind is list or kind is tuple:
        return all(map(_can_be_sent, value))
    if kind is dict:
        return all(type(key) is str and _can_be_sent(item) for key, item in value.items())
    return value is None or kind in (bool, float, str)


def _leads_to_giants(given: list[Any]) -> bool:
    """Whether small arrays, put together, may come to a large one.

    Products have the leading axes of both and two of the last ones; a number such as that of the
    heads can be one axis more.
    """
    shapes = [array.shape for array in _arrays(given)]
    longest = max((max(shape, default=1) for shape in shapes), default=1)
    if longest > _LONGEST_AXIS:
        return True
    leading = zip_longest(*(reversed(shape[:-2]) for shape in shapes), fillvalue=1)
    width = max((max(shape[-2:], default=1) for shape in shapes), default=1)
    numbers = [abs(n) for n in given if type(n) is int]
    more = min(max(numbers, default=1), longest)
    rows = math.prod(max(axis) for axis in leading)
    entries: int = rows * width * width * max(more, 1)
    return entries > _LARGEST_RESULT


def _arrays(values: Any) -> Iterator[np.ndarray]:
    for value in values:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, list | dict):
            yield from _arrays(value.values() if isinstance(value, dict) else value)
