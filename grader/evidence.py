"""What was seen where a visible check failed: what went in, what came, what is right.

It is bounded, and JSON both ways. Nothing here may come from a hidden check: a number, a place or
a count could carry what it was given.
"""

from dataclasses import dataclass
from typing import Literal

# A number with seven digits; what is not finite by its name, for which JSON has no number.
Shown = float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInput:
    """One argument of the call whose answer was wrong."""

    name: str
    kind: str  # such as `float32 (2, 3, 7, 8)`
    values: str = ""  # all of them where there are few, else where they lie and how they begin


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayWindow:
    """The part of a wrong array around its worst entry: rows and columns of its last two axes.

    An array with one axis is one row, and a number is one entry.
    """

    name: str  # of the array, such as `the attention weights`
    axes: tuple[str, ...]  # of the whole array; empty where nobody named them
    shape: tuple[int, ...]
    first: tuple[int, ...]  # where the window begins, by the axes; the worst entry's in the others
    worst: tuple[int, ...]  # by the axes
    wrong: int  # how many entries of the whole array are
    got: tuple[tuple[Shown, ...], ...]
    expected: tuple[tuple[Shown, ...], ...] = ()  # none where the course does not show it


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStep:
    """One step of a generation, as it was recorded."""

    number: int  # counted from 1
    embedded: tuple[int, ...] = ()  # the last of the ids that it embedded
    n_embedded: int = 0
    instead: str = ""  # what it embedded, where that is no list of ids
    expected: tuple[int, ...] = ()  # the last of the ids that it should have embedded
    n_expected: int = 0
    row: int | None = None  # the position whose row the token was selected by
    selected: int | None = None
    calls: tuple[str, ...] = ()  # the stages that it called, where their order is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRecord:
    """A generation around its first wrong step."""

    steps: tuple[LoopStep, ...]
    n_steps: int
    first_wrong: int
    part: Literal["ids", "row", "flow", "order"]  # what is wrong there
    prompt: tuple[int, ...] = ()  # the first of its ids
    # What `embedded` of a step is: "embedded", or what its logits "stand for" where a cache may
    # hold a part of it.
    reads: Literal["embedded", "stand for"] = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTable:
    """Calls of functions that a check handed in, around the first one that is wrong."""

    first: int  # the number of the first that is shown, counted from 1
    wrong: int  # the number of the first wrong one; one more than there are where one is missing
    made: tuple[str, ...]
    expected: tuple[str, ...] = ()  # none where the course does not show them
    n_made: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureEvidence:
    """What a visible check that did not pass can show."""

    inputs: tuple[CallInput, ...] = ()
    array: ArrayWindow | None = None
    loop: LoopRecord | None = None
    calls: CallTable | None = None
