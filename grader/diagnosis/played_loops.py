"""A version of a loop, played against what a student's loop did with its stages.

As long as it makes the same calls with the same arrays it gets the recorded answers, and it is
ruled out where it makes another one. So nothing is computed again.
"""

from enum import Enum
from typing import Any

import numpy as np

from grader.observed_calls import Observation
from grader.subject.subject import Loop, Subject
from grader.subject.values import numbers

_ROUNDING = 1e-5  # of a number that a loop returns; its calls are compared as closely


class Played(Enum):
    """How a loop compares with the recorded one."""

    SAME = "same"  # the calls, the result and the arguments afterwards
    OTHER = "other"
    UNKNOWN = "unknown"  # the same calls up to where the student's code raised


class _Departs(Exception):
    """The loop makes another call than the recorded one."""


class _Ends(Exception):
    """The record ends here: the call was refused, the student's code raised or was ended."""


class _Record:
    """The recorded calls of one run, answering a loop that makes the same ones."""

    def __init__(self, seen: Observation, loop: Loop) -> None:
        self._calls = seen.calls
        self._raised = seen.failure is not None
        self._loop = loop
        self._position = 0

    @property
    def is_used_up(self) -> bool:
        return self._position == len(self._calls)

    def asked(self, stage: str, received: Any) -> Any:
        """The recorded answer to this call."""
        if self.is_used_up:
            raise _Ends if self._raised else _Departs
        call = self._calls[self._position]
        if call.stage != stage or not self._loop.same(call, received):
            raise _Departs
        self._position += 1
        if call.returned is None:
            raise _Ends
        return self._loop.answer(call, received)


def play(subject: Subject, stage: str, version: str, *, seen: Observation) -> Played:
    """Play a version of a loop against one recorded run.

    Args:
        stage: the loop.
        version: its name for the right one, or the id of a misconception.
    """
    loop = subject.loops[stage]
    assert loop is not None
    record = _Record(seen, loop)
    arguments = loop.arguments(seen, record.asked)
    try:
        value = subject.function_of(version)(*arguments)
    except _Departs:
        return Played.OTHER
    except _Ends:
        if not record.is_used_up or seen.failure is None:
            return Played.OTHER
        return Played.SAME if shows_why(seen) else Played.UNKNOWN
    except Exception:  # noqa: BLE001 - a wrong loop may fail on what the right stages return
        ended = record.is_used_up and seen.failure is not None
        return Played.UNKNOWN if ended else Played.OTHER
    if seen.failure is not None or not record.is_used_up:
        return Played.OTHER
    same = same_numbers(value, seen.value) and loop.left_alone(seen, arguments)
    return Played.SAME if same else Played.OTHER


def shows_why(seen: Observation) -> bool:
    """Whether the record itself holds the reason for its end: a refused call, or no end."""
    return seen.stopped or (bool(seen.calls) and seen.calls[-1].returned is None)


def same_numbers(a: Any, b: Any) -> bool:
    """Whether two results are the same, but for the rounding of what is no whole number."""
    first, second = numbers(a), numbers(b)
    if first is None or second is None or first.array.shape != second.array.shape:
        return False
    if first.are_whole or second.are_whole:
        return bool((first.array == second.array).all())
    return np.allclose(first.array, second.array, rtol=_ROUNDING, atol=0.0)
