"""The figures of one question."""

from dataclasses import dataclass

LEAST = 10  # answers; figures of fewer are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One option or typed answer: how many gave it, and how well they did elsewhere."""

    answer: str
    text: str
    is_option: bool
    is_right: bool
    misconception: str
    count: int
    share: float
    rest: float | None  # mean share of the points of all other questions


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """One question. `left_out` counts answers that wait for a person, or were dropped."""

    question: str
    kind: str
    stem: str
    n: int
    left_out: int
    waiting: int  # of those left out, answers that a person has yet to mark
    guess: float | None
    facility: float | None = None
    rest_correlation: float | None = None
    unanswered: float | None = None
    chosen: tuple[Chosen, ...] = ()
    misconceptions: tuple[tuple[str, int], ...] = ()
