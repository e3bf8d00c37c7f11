"""Which known mistakes explain all answers of a stage that computes numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.diagnosis.closeness import misfit
from grader.diagnosis.outcome import Floats, as_numbers, identical, outcome
from grader.observation import Observation
from reference.misconceptions.catalogue import Misconception, of_stage

# A right answer with somewhat more rounding than is allowed is no misconception.
CLEARLY_WRONG = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One observed call that ended with a value or an exception of the student's code."""

    arguments: tuple[Any, ...]
    came: Floats | None
    is_half: bool  # whether it came in float16
    raised: bool
    changed: bool | None  # whether arguments were changed; None where they did not come back
    wrongness: float  # the misfit with the right answer
    hidden: bool


def calls_of(stage: str, observations: Sequence[Observation]) -> list[Call]:
    """The calls of a stage, the most clearly wrong ones first: they rule out the most."""
    calls = []
    for seen in observations:
        came = as_numbers(seen.value)
        calls.append(
            Call(
                arguments=seen.arguments,
                came=came,
                is_half=getattr(seen.value, "dtype", None) == np.float16,
                raised=seen.failure is not None,
                changed=None if seen.after is None else not identical(seen.after, seen.arguments),
                wrongness=misfit(came, stage, seen.arguments),
                hidden=seen.hidden,
            )
        )
    return sorted(calls, key=lambda call: (call.raised, -call.wrongness))


def explaining(stage: str, calls: Sequence[Call]) -> list[Misconception]:
    """The misconceptions that compute what the student's code did, in every single call.

    An exception is explained by one, but that alone names nothing: code raises for many reasons.
    Neither is anything named that only the right answer explains as well.
    """
    if not any(call.wrongness >= CLEARLY_WRONG for call in calls if call.came is not None):
        return []
    found = [entry for entry in of_stage(stage) if all(_explains(entry, c) for c in calls)]
    return sorted(found, key=lambda entry: entry.differs_only != "")


def changing(stage: str, calls: Sequence[Call]) -> list[Misconception]:
    """The misconceptions that change their arguments, if the student's code does."""
    seen = [call for call in calls if call.changed]
    return [
        entry
        for entry in of_stage(stage)
        if seen and all(outcome(entry.id, c.arguments, "float32").changed for c in seen)
    ]


def _explains(entry: Misconception, call: Call) -> bool:
    if call.raised:
        return outcome(entry.id, call.arguments, "float32").value is None
    return misfit(call.came, entry.id, call.arguments) <= 1
