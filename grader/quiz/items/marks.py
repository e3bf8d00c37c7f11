"""What an answer earned, and why.

Points are exact fractions: they are added, compared and shown without rounding.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Standing(StrEnum):
    """How one question ended."""

    RIGHT = "right"
    PARTLY = "partly right"
    WRONG = "wrong"
    WAITING = "needs marking"  # a person reads it
    UNANSWERED = "no answer"
    DROPPED = "dropped"  # the question does not count


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The mark of one response. Feedback never tells the key of a question answered wrongly."""

    points: Fraction
    max_points: int
    standing: Standing
    feedback: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.points <= self.max_points:
            raise ValueError(f"{self.points} points out of {self.max_points}")


def scored(
    share: Fraction,
    max_points: int,
    *,
    feedback: tuple[str, ...] = (),
    misconceptions: tuple[str, ...] = (),
) -> Mark:
    """The mark for a share (0 to 1) of the points."""
    standing = {Fraction(0): Standing.WRONG, Fraction(1): Standing.RIGHT}
    return Mark(
        points=share * max_points,
        max_points=max_points,
        standing=standing.get(share, Standing.PARTLY),
        feedback=feedback,
        misconceptions=misconceptions,
    )


def unscored(standing: Standing, max_points: int) -> Mark:
    """The mark of a question that has no answer, or that waits for a person."""
    return Mark(points=Fraction(0), max_points=max_points, standing=standing)


def shown(points: Fraction | int) -> str:
    """Points as a person writes them: `3`, `2/3`, `1 1/3`."""
    whole, rest = divmod(Fraction(points), 1)
    if not rest:
        return str(whole)
    return f"{whole} {rest}" if whole else str(rest)
