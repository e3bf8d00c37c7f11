"""Along which axis of a result the wrong entries lie, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.diagnosis.wrong_answers import Mask, WrongAnswer

_TIME = ("position", "query")  # an error may begin at one of these and go on from there
_OUTER = ("sequence", "head")  # what is computed for each of these apart
_WITHOUT_NAMES = ("column", "row")  # where a subject names no axes
_PLURALS = {"query": "queries", "entry": "entries", "vocabulary entry": "vocabulary entries"}


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of what a stage returns."""

    axes: tuple[str, ...]  # names, from the last axis on
    is_causal: bool  # zeros above the diagonal of the last two axes

    def axis_name(self, axis: int) -> str:
        """The name of an axis, counted from the end: -1 is the last one. Some have none."""
        names = self.axes or _WITHOUT_NAMES
        return names[-axis - 1] if -axis <= len(names) else ""


def outer_places(result: Result, answers: Sequence[WrongAnswer]) -> str:
    """Sequences or heads that are wrong while the others are right."""
    return _places(result, answers, outer=True)


def inner_places(result: Result, answers: Sequence[WrongAnswer]) -> str:
    """Positions, queries and columns that are wrong while the others are right."""
    return _places(result, answers, outer=False)


def _places(result: Result, answers: Sequence[WrongAnswer], *, outer: bool) -> str:
    wrong, right = [a.is_wrong for a in answers], [a.is_right for a in answers]
    numbers = any(not a.hidden for a in answers)
    for axis in _axes(wrong):
        if (result.axis_name(axis) in _OUTER) is outer:
            said = _along(result.axis_name(axis), _lines(wrong, right, axis), numbers=numbers)
            if said:
                return f"Wrong are {said}; everything else is right."
    return ""


def place_of(
    result: Result,
    wrong: Sequence[Mask],
    right: Sequence[Mask],
    *,
    dropped: int = 0,
    whole: bool = False,
) -> str:
    """Which places are wrong in every call, in words; empty if there is no such rule.

    Args:
        right: what is right beyond doubt.
        dropped: how many axes at the end are not there any more.
        whole: whether all there must be wrong, and not only something.
    """
    for axis in _axes(wrong):
        name = result.axis_name(axis - dropped)
        said = _along(name, _lines(wrong, right, axis, whole=whole), numbers=False)
        if said:
            return said
    return ""


def _axes(masks: Sequence[Mask]) -> Iterator[int]:
    """The axes that all have, the first one first: a head carries an error before a position."""
    return iter(range(-min(mask.ndim for mask in masks), 0))


def _lines(
    wrong: Sequence[Mask], right: Sequence[Mask], axis: int, *, whole: bool = False
) -> list[Mask] | None:
    """For each index of one axis, whether something is wrong there; None where it is in doubt."""
    found = []
    for bad, good in zip(wrong, right, strict=True):
        others = tuple(i for i in range(bad.ndim) if i != axis % bad.ndim)
        is_bad: Mask = np.all(bad, axis=others) if whole else np.any(bad, axis=others)
        is_good: Mask = np.all(good, axis=others)
        if (is_bad == is_good).any():
            return None
        found.append(is_bad)
    return found


def _along(name: str, lines: Sequence[Mask] | None, *, numbers: bool) -> str:
    """Which indices of one axis are wrong, the same in all calls.

    Args:
        numbers: whether an index may be told.
    """
    if (
        not name
        or lines is None
        or any(len(line) < 2 or line.all() or not line.any() for line in lines)
    ):
        return ""
    if all(line[0] and not line[1:].any() for line in lines):
        return f"the entries of the first {name} alone"
    if all(line[-1] and not line[:-1].any() for line in lines):
        return f"the entries of the last {name} alone"
    if all(not line[0] and line[1:].all() for line in lines):
        return f"the entries of every {name} but the first"
    if all(not line[-1] and line[:-1].all() for line in lines):
        return f"the entries of every {name} but the last"
    first = {int(np.argmax(line)) for line in lines}
    onwards = all(line[int(np.argmax(line)) :].all() for line in lines)
    if name in _TIME and len(first) == 1 and onwards and numbers:
        return f"the entries from {name} {first.pop()} on"
    # Some columns or positions are no rule; a head or a sequence is a thing of its own.
    return f"the entries of some {_PLURALS.get(name, name + 's')} alone" if name in _OUTER else ""
