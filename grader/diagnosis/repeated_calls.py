"""Does a function give the same answer twice? What draws numbers of its own has no other name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.diagnosis.seen_calls import SeenCall
from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent
from grader.subject.values import Numbers, answer_numbers, over_arrays

DIFFERS = "Two calls with the same input gave different answers."
DROPOUT = f"{DIFFERS} Entries are 0 or too large by one factor, as dropout leaves them."
_SCALED = 4  # so many entries have one factor by no chance
_CALLS = 3  # that are made again, those that are most wrong first
_TIMES = 2  # each; both are compared with what came first, which was made after other calls


def differs_when_repeated(
    versions: Versions, stage: str, calls: Sequence[SeenCall], *, ask: AskStudent
) -> str:
    """What is to be said if a call that is made again gives another answer, beyond rounding.

    The student's own inner functions answer, or else the right ones: one of them did for the check.
    """
    subject = versions.subject
    others: Mapping[str, Callable[..., Any]] = {
        name: over_arrays(function, subject.framework)
        for name, function in subject.functions.items()
        if name != stage and name not in subject.loops
    }
    returned = [call for call in calls if call.came is not None and not call.raised]
    wrong = [call for call in returned if call.wrongness > 1]
    if not any(_differs(stage, call, ask, others) for call in wrong[:_CALLS]):
        return ""
    shown = {_is_dropout(versions, stage, call) for call in wrong}
    return DROPOUT if True in shown and False not in shown else DIFFERS


def _is_dropout(versions: Versions, stage: str, call: SeenCall) -> bool | None:
    """None where there is too little to see it by."""
    right = versions.outcome(stage, call.arguments, "float64").value
    if right is None or call.came is None or call.came.array.shape != right.shape:
        return False
    there = np.abs(right) > 1e-3 * np.abs(right).max(initial=0.0)
    parts = call.came.array[there] / right[there]
    kept = parts[parts != 0]
    if len(kept) < _SCALED:
        return None
    if kept.min() <= 1:
        return False
    return bool(np.ptp(kept) <= 1e-3 * kept.max())


def _differs(
    stage: str,
    call: SeenCall,
    ask: AskStudent,
    others: Mapping[str, Callable[..., Any]],
) -> bool:
    for _ in range(_TIMES):
        if not any(_is_same(call, ask(stage, call.arguments, table)) for table in ({}, others)):
            return True
    return False


def _is_same(call: SeenCall, value: Any) -> bool:
    """Whether it came again; a call without an answer tells nothing."""
    again = answer_numbers(value)
    return again is None or call.came is None or _same(call.came, again)


def _same(first: Numbers, second: Numbers) -> bool:
    a, b = first.array, second.array
    if a.shape != b.shape or first.form != second.form:
        return False
    largest = float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))
    return bool(np.allclose(a, b, rtol=0, atol=1e-3 * largest, equal_nan=True))
