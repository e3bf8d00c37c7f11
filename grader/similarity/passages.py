"""Where two texts are alike: passages of lines, side by side."""

from collections import defaultdict
from dataclasses import dataclass

from grader.similarity.compared_code import ComparedCode, Pair
from grader.similarity.source_reader import Fingerprint

_GAP = 40  # tokens between two fingerprints of one passage: some four lines of something else
_MOST_PLACES = 20  # at which one fingerprint of a text is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Lines of one text beside those of the other that compute the same, counted from 0."""

    first: tuple[int, int]  # first and last line
    second: tuple[int, int]
    prints: int  # fingerprints that both have


def passages(pair: Pair) -> tuple[Passage, ...]:
    """The passages of a pair, the largest first."""
    shared = pair.in_both
    places: dict[int, list[Fingerprint]] = defaultdict(list)
    for one in pair.second.prints.prints:
        if one.digest in shared:
            places[one.digest].append(one)
    open_: list[tuple[Fingerprint, Fingerprint]] = []
    found: list[Passage] = []
    for here in pair.first.prints.prints:
        if here.digest not in shared:
            continue
        there = _next(here, places[here.digest][:_MOST_PLACES], open_)
        if there is None:
            found += _closed(open_)
            open_, there = [], places[here.digest][0]
        open_.append((here, there))
    found += _closed(open_)
    return tuple(sorted(found, key=lambda passage: (-passage.prints, passage.first)))


def matched_lines(code: ComparedCode, pair: Pair) -> frozenset[int]:
    """The lines of one side of a pair that the other side has as well."""
    shared = pair.in_both
    return frozenset(
        line
        for one in code.prints.prints
        if one.digest in shared
        for line in range(one.first_line, one.last_line + 1)
    )


def _next(
    here: Fingerprint,
    candidates: list[Fingerprint],
    open_: list[tuple[Fingerprint, Fingerprint]],
) -> Fingerprint | None:
    """The place in the other text that goes on from the last one of an open passage."""
    if not open_:
        return None
    last_here, last_there = open_[-1]
    if here.token - last_here.token > _GAP:
        return None
    near = (one for one in candidates if 0 < one.token - last_there.token <= _GAP)
    return next(near, None)


def _closed(open_: list[tuple[Fingerprint, Fingerprint]]) -> list[Passage]:
    if not open_:
        return []
    here, there = zip(*open_, strict=True)
    return [Passage(first=_lines(here), second=_lines(there), prints=len(open_))]


def _lines(prints: tuple[Fingerprint, ...]) -> tuple[int, int]:
    return min(one.first_line for one in prints), max(one.last_line for one in prints)
