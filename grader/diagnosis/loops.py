"""Which wrong loops explain what a student's loop did with its stages.

A wrong loop is played against the recorded calls: as long as it makes the same calls with the same
arrays it gets the recorded answers, and it is ruled out where it makes another one. So nothing is
computed again.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from grader.observed_calls import Observation
from grader.subject.misconception import Misconception
from grader.subject.subject import Loop, Subject, both
from grader.subject.values import as_numbers


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
    record = _Record(seen, loop)
    arguments = loop.arguments(seen, record.asked)
    try:
        value = subject.function_of(version)(*arguments)
    except _Departs:
        return Played.OTHER
    except _Ends:
        if not record.is_used_up or seen.failure is None:
            return Played.OTHER
        return Played.SAME if _shows_why(seen) else Played.UNKNOWN
    except Exception:  # noqa: BLE001 - a wrong loop may fail on what the right stages return
        ended = record.is_used_up and seen.failure is not None
        return Played.UNKNOWN if ended else Played.OTHER
    if seen.failure is not None or not record.is_used_up:
        return Played.OTHER
    same = _same_numbers(value, seen.value) and loop.left_alone(seen, arguments)
    return Played.SAME if same else Played.OTHER


def explaining(
    subject: Subject, stage: str, observations: Sequence[Observation]
) -> list[Misconception]:
    """The wrong loops that do what was recorded each time, if the right one does not."""
    runs = _telling_first(subject, stage, observations)
    found = [
        entry for entry in subject.of_stage(stage) if _explains(subject, stage, entry.id, runs)
    ]
    return sorted(found, key=lambda entry: entry.differs_only != "")


def explaining_pairs(
    subject: Subject, stage: str, observations: Sequence[Observation]
) -> list[tuple[Misconception, ...]]:
    """The pairs of wrong loops that do it together, where no single one does."""
    runs = _telling_first(subject, stage, observations)
    return [
        tuple(subject.find(id_) for id_ in pair)
        for pair in subject.pairs_of(stage)
        if _explains(subject, stage, both(pair), runs)
    ]


def _telling_first(
    subject: Subject, stage: str, observations: Sequence[Observation]
) -> list[Observation]:
    """The runs, those first that the right loop does not make; none if it makes them all."""
    right = {id(seen): play(subject, stage, stage, seen=seen) for seen in observations}
    if Played.OTHER not in right.values():
        return []
    return sorted(observations, key=lambda seen: right[id(seen)] is not Played.OTHER)


def _explains(subject: Subject, stage: str, version: str, runs: Sequence[Observation]) -> bool:
    played = []
    for seen in runs:
        played.append(play(subject, stage, version, seen=seen))
        if played[-1] is Played.OTHER:
            return False
    return Played.SAME in played


def _shows_why(seen: Observation) -> bool:
    """Whether the record itself holds the reason for its end: a refused call, or no end."""
    return seen.stopped or (bool(seen.calls) and seen.calls[-1].returned is None)


def _same_numbers(a: Any, b: Any) -> bool:
    first, second = as_numbers(a), as_numbers(b)
    if first is None or second is None:
        return False
    return first.shape == second.shape and bool((first == second).all())
