"""A stage put together from parts, and which of them each mistake replaces."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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


def idle(right: Parts, *names: str) -> Parts:
    """Parts as they are in the right stage, for a mistake that makes them idle."""
    return {name: right[name] for name in names}


def pairs_of(stage: str, composition: Composition) -> Iterator[tuple[str, str]]:
    """The ids of misconceptions that replace different parts of a stage."""
    wrong = composition.wrong
    for one, other in itertools.combinations(wrong, 2):
        if wrong[one].keys().isdisjoint(wrong[other]):
            yield f"{stage}.{one}", f"{stage}.{other}"


def composed(composition: Composition, ids: Sequence[str]) -> Callable[..., Any]:
    """The stage with these mistakes, and right everywhere else; takes what the stage takes.

    Args:
        ids: of misconceptions of one stage that replace different parts.

    Raises:
        KeyError: one of them is not known in parts.
    """
    parts: dict[str, Callable[..., Any]] = dict(composition.right)
    for id_ in ids:
        parts.update(composition.wrong[id_.partition(".")[2]])
    return partial(composition.stage, parts)
