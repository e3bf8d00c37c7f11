"""A wrong answer beside the right one: which of its entries are certainly wrong, which right.

Between the two lies what may be rounding or a small mistake; nothing is said of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.closeness import TOLERANCE, rounding_of
from grader.diagnosis.seen_calls import SeenCall
from grader.diagnosis.versions import Versions
from grader.subject.values import Floats

Mask = NDArray[np.bool_]

# Of the largest value. Right float32 code was measured to stay below it for a single stage.
_ROUNDING = 1e-6
# An entry is called wrong only this many times above what a check accepts.
_CLEARLY = 10
_ABOVE_ROUNDING = 100


@dataclass(frozen=True, slots=True, eq=False)
class WrongAnswer:
    """What came and what is right, of one call."""

    came: Floats
    right: Floats
    floor: float  # entries that differ by no more are equal but for rounding
    clear: float  # entries that differ by as much are wrong, whatever rounding does
    hidden: bool  # whether a hidden check made the call

    @property
    def has_right_shape(self) -> bool:
        return self.came.shape == self.right.shape

    @property
    def is_wrong(self) -> Mask:
        """For each entry, whether it is certainly wrong; NaN in place of a number is."""
        return ~agree(self.came, self.right, self.clear)

    @property
    def is_right(self) -> Mask:
        """For each entry, whether it is right but for rounding."""
        return agree(self.came, self.right, self.floor)

    def equals(self, other: Floats, *, scale: float = 1.0) -> bool:
        """Whether what came is this, but for rounding.

        Args:
            scale: how many times larger than the right values it is.
        """
        within = self.floor * max(1.0, abs(scale))
        return self.came.shape == other.shape and bool(agree(self.came, other, within).all())


def wrong_answers(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> list[WrongAnswer]:
    """The wrong answers of a stage that are numbers, or none if one is not clearly wrong."""
    found = []
    for call in calls:
        outcome = versions.outcome(stage, call.arguments, "float64")
        right = outcome.value
        if call.came is None or right is None or call.wrongness <= 1:
            continue
        if call.came.form or outcome.form:
            # Entries of several arrays, one after the other, have no common places, and those of
            # booleans have lost their shape.
            return []
        rounding = rounding_of(versions, stage, call.arguments)
        answer = wrong_answer(call.came.array, right, rounding, hidden=call.hidden)
        if answer.has_right_shape and not answer.is_wrong.any():
            return []
        found.append(answer)
    return found


def wrong_answer(
    came: Floats, right: Floats, rounding: float, *, hidden: bool = False
) -> WrongAnswer:
    """An answer with the limits that belong to it.

    Args:
        rounding: how far right code may stray.
    """
    largest = float(np.max(np.abs(right), initial=0.0, where=np.isfinite(right)))
    floor = max(_ROUNDING * largest, rounding, 1e-12)
    clear = max(_CLEARLY * TOLERANCE * largest, _ABOVE_ROUNDING * floor)
    return WrongAnswer(came, right, floor, clear, hidden)


def agree(a: Floats, b: Floats, within: float) -> Mask:
    """For each entry, whether two arrays differ by no more than this."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity is not close
        close: Mask = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= within)
    return close
