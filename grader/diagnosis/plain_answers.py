"""Answers without information: many mistakes lead to them, so none is named for them."""

from collections.abc import Sequence

import numpy as np

from grader.diagnosis.seen_calls import SeenCall
from grader.diagnosis.versions import Versions
from grader.subject.subject import parameters
from grader.subject.values import Floats, as_numbers

_SEVERAL = 3  # single numbers may be equal by chance


def plain_answers(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> str:
    """What all answers of a stage that returned are, if that is next to nothing; else empty.

    Token ids are left out: a list of them may well be one of those that came in.
    """
    returned, came = _floats(calls)
    if not came:
        return ""
    if all(array.size and np.isnan(array).all() for array in came):
        return "The result is NaN in every call." if came[0].ndim == 0 else "Every entry is NaN."
    if all(array.ndim for array in came) and not any(array.any() for array in came):
        return "Every entry is zero."
    return _argument(parameters(versions.subject.functions[stage]), returned)


def constant_answers(calls: Sequence[SeenCall]) -> str:
    """The same for a constant, which one mistake may well explain, but hardly two."""
    _, came = _floats(calls)
    if len(came) >= _SEVERAL and all(a.ndim == 0 and a == came[0] for a in came):
        return "The result is the same number in every call."
    is_one = all(array.size and (array == array.flat[0]).all() for array in came)
    if is_one and any(array.size > 1 for array in came):
        return "All entries of the result are the same number."
    return ""


def _floats(calls: Sequence[SeenCall]) -> tuple[list[SeenCall], list[Floats]]:
    """The calls that returned and what came, if one is wrong and all came as floats."""
    returned = [call for call in calls if call.came is not None and not call.raised]
    came = [call.came.array for call in returned if call.came is not None]
    whole = any(call.came is not None and call.came.are_whole for call in returned)
    if not came or whole or max(call.wrongness for call in returned) <= 1:
        return [], []
    return returned, came


def _argument(names: Sequence[str], returned: Sequence[SeenCall]) -> str:
    for place, name in enumerate(names):
        if all(_is_argument(call, place) for call in returned):
            return f"The result is the argument `{name}`, unchanged."
    return ""


def _is_argument(call: SeenCall, place: int) -> bool:
    if place >= len(call.arguments) or not isinstance(call.arguments[place], np.ndarray):
        return False
    given = as_numbers(call.arguments[place])
    if given is None or call.came is None or call.came.array.shape != given.shape:
        return False
    return bool(np.allclose(call.came.array, given, rtol=1e-6, atol=0, equal_nan=True))
