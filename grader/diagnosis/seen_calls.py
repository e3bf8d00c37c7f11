"""The observed calls of a stage that computes numbers, as they are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.diagnosis.closeness import misfit
from grader.diagnosis.versions import Versions
from grader.observed_calls import Observation
from grader.subject.values import Numbers, answer_numbers, identical


@dataclass(frozen=True, slots=True, eq=False)
class SeenCall:
    """One observed call that ended with a value or an exception of the student's code."""

    check: str  # the one that made the call
    arguments: tuple[Any, ...]
    came: Numbers | None
    is_half: bool  # whether it came in float16
    raised: bool
    after: tuple[Any, ...] | None  # the arguments afterwards; None where they did not come back
    wrongness: float  # the misfit with the right answer
    hidden: bool

    @property
    def changed(self) -> bool:
        """Whether arguments were changed, as far as is known."""
        if self.after is None or self.after is self.arguments:
            return False
        return not identical(self.after, self.arguments)


def calls_of(versions: Versions, stage: str, observations: Sequence[Observation]) -> list[SeenCall]:
    """The calls of a stage, the most clearly wrong ones first: they rule out the most."""
    calls = []
    for seen in observations:
        came = answer_numbers(seen.value)
        calls.append(
            SeenCall(
                check=seen.check,
                arguments=seen.arguments,
                came=came,
                is_half=getattr(seen.value, "dtype", None) == np.float16,
                raised=seen.failure is not None,
                after=seen.after,
                wrongness=misfit(versions, stage, seen.arguments, came=came),
                hidden=seen.hidden,
            )
        )
    return sorted(calls, key=lambda call: (call.raised, -call.wrongness))
