"""Does a function give the same answer twice? What draws numbers of its own has no other name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.diagnosis.seen_calls import SeenCall
from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent
from grader.subject.values import Numbers, numbers, over_arrays

DIFFERS = "Two calls with the same input gave different answers."
_CALLS = 3  # that are made again, those that are most wrong first
_TIMES = 2  # each; both are compared with what came first, which was made after other calls


def differs_when_repeated(
    versions: Versions, stage: str, calls: Sequence[SeenCall], *, ask: AskStudent
) -> bool:
    """Whether a call that is made again gives another answer, beyond rounding.

    The right functions answer for all other stages, as they may have done for the checks.
    """
    subject = versions.subject
    others: Mapping[str, Callable[..., Any]] = {
        name: over_arrays(function, subject.framework)
        for name, function in subject.functions.items()
        if name != stage and name not in subject.loops
    }
    returned = [call for call in calls if call.came is not None and not call.raised]
    wrong = [call for call in returned if call.wrongness > 1]
    return any(_differs(versions, stage, call, ask, others) for call in wrong[:_CALLS])


def _differs(
    versions: Versions,
    stage: str,
    call: SeenCall,
    ask: AskStudent,
    others: Mapping[str, Callable[..., Any]],
) -> bool:
    for _ in range(_TIMES):
        again = numbers(ask(stage, call.arguments, others))
        if again is not None and call.came is not None and not _same(call.came, again):
            return True
    return False


def _same(first: Numbers, second: Numbers) -> bool:
    a, b = first.array, second.array
    if a.shape != b.shape:
        return False
    largest = float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))
    return bool(np.allclose(a, b, rtol=0, atol=1e-3 * largest, equal_nan=True))
