"""What a version of a loop did with its stages, without the numbers: by where each came from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.observed_calls import Observation, StageCall
from grader.subject.recorded_answers import RecordedCall, RecordedRun
from grader.subject.values import Floats, numbers


def recorded_run(seen: Observation) -> RecordedRun:
    """A run as it is compared with others, which may have computed in another precision."""
    calls = tuple(_recorded(call, seen.calls[:k]) for k, call in enumerate(seen.calls))
    after = None
    if seen.after is not None:
        after = [a if isinstance(a, list | np.ndarray) else None for a in seen.after]
    return RecordedRun(calls=calls, ended=_ended(seen), value=seen.value, after=after)


def _ended(seen: Observation) -> Any:
    if seen.failure is None and not seen.stopped:
        return "returned"
    refused = bool(seen.calls) and seen.calls[-1].returned is None
    return "cut" if seen.stopped or refused else "raised"


def _recorded(call: StageCall, earlier: Sequence[StageCall]) -> RecordedCall:
    found = numbers(call.received)
    if found is not None and not found.are_whole:
        for place in reversed(range(len(earlier))):
            returned = numbers(earlier[place].returned)
            if returned is None or returned.are_whole:
                continue
            if _equal(found.array, returned.array):
                return RecordedCall(call.stage, origin=place)
            row = _row(found.array, returned.array)
            if row is not None:
                return RecordedCall(call.stage, origin=place, row=row)
    received = call.received
    if isinstance(received, np.ndarray) and received.dtype.kind == "f":
        received = received.astype(np.float32)
    return RecordedCall(call.stage, received=received)


def _row(received: Floats, returned: Floats) -> int | None:
    """The last row of what was returned that is what was received; one number has no rows."""
    if not returned.ndim:
        return None
    rows = returned.reshape(-1, returned.shape[-1])
    return next((n for n in reversed(range(len(rows))) if _equal(received, rows[n])), None)


def _equal(a: Any, b: Any) -> bool:
    return np.array_equal(np.squeeze(a), np.squeeze(b))
