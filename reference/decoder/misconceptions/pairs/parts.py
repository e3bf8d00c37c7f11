"""A stage put together from parts, and which of them each mistake replaces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Value = TypeVar("Value")

# Functions by the name of the part.
Parts = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Composition:
    """A stage in parts.

    A mistake that makes another part idle replaces that one too, if only by what was there:
    a second mistake in it would show nowhere.
    """

    stage: Callable[..., Any]  # takes all parts, then what the stage takes
    right: Parts
    wrong: Mapping[str, Parts]  # what a misconception replaces, by its name within the stage


def as_is(value: Value, *_: object) -> Value:
    """The first argument: a part that does nothing."""
    return value
