"""What was seen of one call of a student's function: the evidence for a diagnosis."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.errors import CallFailed, NotImplementedYet

# One more call of a student's function: its name, the arguments, and functions that answer for
# inner ones, by name. None if there is no answer.
AskStudent = Callable[[str, Sequence[Any], Mapping[str, Callable[..., Any]]], Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InnerCause:
    """Wrong inner stages that explain a wrong answer of the stage around them.

    A right stage gives this very answer if it computes with what the student's inner ones do.
    """

    stages: tuple[str, ...]  # none: the answer is wrong in a way of its own
    # Whether that shows the outer stage to be right: no known mistake of it would give the same.
    is_certain: bool = False
    right: Any = None  # what the right stage gives with right inner ones


# Why an answer is wrong: the stage, its calls so far with their answers, the one in question last,
# and the inner stages that may be wrong. None if it is right, or nothing can be said.
FindInnerCause = Callable[
    [str, Sequence[tuple[Sequence[Any], Any]], Sequence[str]], InnerCause | None
]


@dataclass(frozen=True, slots=True, eq=False)
class StageCall:
    """One call of a stage: its name as the student writes it, what came and what went back."""

    stage: str
    received: Any
    returned: Any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observation:
    """One call of a student's function by a check."""

    stage: str
    check: str = ""  # the one that made the call
    arguments: tuple[Any, ...]  # as sent; where callables were handed in, their table of names
    value: Any = None
    failure: type[CallFailed] | None = None  # why there is no value
    stopped: bool = False  # by us: it made far more calls than it was asked for
    after: tuple[Any, ...] | None = None  # the arguments after the call, where they came back
    calls: Sequence[StageCall] = ()  # what the function made of the callables it was given
    hidden: bool = False  # whether a hidden check made the call
    makes: str = ""  # the class of the object that was called, if it was one
    is_unsettled: bool = False  # whether only the course's own grading can tell what it comes to

    @property
    def is_missing(self) -> bool:
        """Whether the function is not written yet."""
        return self.failure is NotImplementedYet


@dataclass(frozen=True, slots=True)
class TooLarge:
    """What is kept of a value that is far larger than any that a check asks for."""

    what: str  # in words, such as "a list or tuple"


def is_larger(value: Any, entries: int) -> bool:
    """Whether a plain value holds more entries than this, in arrays, lists, dicts and text.

    It looks no longer than it takes to see that.
    """
    left, found = [value], 0
    while left:
        item = left.pop()
        kind = type(item)
        if kind is np.ndarray:
            found += item.size
        elif kind is list or kind is tuple or kind is dict:
            found += len(item)
        elif kind is str:
            found += len(item) >> 3
        if found > entries:
            return True
        if kind is list or kind is tuple:
            left += item
        elif kind is dict:
            left += item.values()
    return False


def copied(value: Any) -> Any:
    """A copy of arrays, and of lists and dicts of them; what else there is does not change."""
    kind = type(value)  # exact: this runs for every weight of every call
    if kind is np.ndarray:
        return value.copy()
    if kind is list or kind is tuple:
        return [copied(item) for item in value]
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    return value
