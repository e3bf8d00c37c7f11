"""How alike the submissions of a class are: HTML that needs nothing else, CSV and JSON.

The overview ranks pairs; each of the first has a page with its lines side by side. No sentence says
how a likeness came about: nobody but a person can find that out.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.reports.page_templates import environment
from grader.similarity.compared_code import ComparedCode, Comparison, Pair
from grader.similarity.passages import Passage, matched_lines, passages
from grader.text import clean, clean_line, counted, table_cell

_BINS = 10
_LONGEST_LINE = 300  # characters of a student's line that are shown
_LONGEST_NAME = 200
_MOST_LINES = 4000  # of a text
_MOST_PASSAGES = 30
_MOST_ROWS = 200  # of the ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line of a text as it is shown."""

    file: str  # the file or cell that it is in
    number: int
    text: str
    is_alike: bool


def overview(comparison: Comparison, *, title: str, paged: int) -> bytes:
    """The page with the ranking.

    Args:
        title: of the assignment.
        paged: how many pairs have a page of their own, the first ones.
    """
    return _rendered(
        "similarity_overview.html",
        comparison=comparison,
        title=title,
        paged=paged,
        rows=comparison.pairs[:_MOST_ROWS],
        bins=_histogram(comparison.closest),
    )


def pair_page(comparison: Comparison, rank: int, *, title: str, paged: int) -> bytes:
    """The page of one pair.

    Args:
        rank: its number in the ranking, from 1.
        title: of the assignment.
        paged: how many pairs have a page.
    """
    pair = comparison.pairs[rank - 1]
    sides = [_lines(one, pair) for one in (pair.first, pair.second)]
    found = passages(pair)
    shown = [
        (passage, _cut(sides[0], passage.first), _cut(sides[1], passage.second))
        for passage in found[:_MOST_PASSAGES]
    ]
    return _rendered(
        "similarity_pair.html",
        comparison=comparison,
        pair=pair,
        rank=rank,
        title=title,
        paged=paged,
        passages=shown,
        further=len(found) - len(shown),
        texts=[(pair.first, sides[0]), (pair.second, sides[1])],
        most_lines=_MOST_LINES,
        bins=_histogram(comparison.closest),
    )


def page_name(rank: int) -> str:
    """The file of a pair's page."""
    return f"pair-{rank:03}.html"


def pairs_csv(comparison: Comparison, *, paged: int) -> bytes:
    """One row a pair, the most alike first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _row(comparison, 0, paged=0), lineterminator="\n")
    writer.writeheader()
    for number in range(len(comparison.pairs)):
        row = _row(comparison, number, paged=paged)
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return text.getvalue().encode()


def comparison_json(comparison: Comparison, *, paged: int) -> bytes:
    """All but the texts, and of the pairs those that have a page, with their passages."""
    pairs = []
    for number, pair in enumerate(comparison.pairs[:paged]):
        found = [_passage(pair, passage) for passage in passages(pair)]
        pairs.append(_row(comparison, number, paged=paged) | {"passages": found})
    whole = {
        "submissions": comparison.submissions,
        "compared_with": comparison.partners,
        "pairs_in_class": len(comparison.class_shares),
        "closest_in_class": [round(share, 4) for share in comparison.closest],
        "same": [
            {"how": same.likeness.value, "members": [_who(one) for one in same.members]}
            for same in comparison.same
        ],
        "pairs": pairs,
        "pairs_of_declared_groups": comparison.declared,
        "too_little_of_their_own": [_who(one) for one in comparison.without_own],
        "not_compared": [
            {"name": one.name, "folder": one.shelf, "why": one.why}
            for one in comparison.not_compared
        ],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False).encode() + b"\n"


def _row(comparison: Comparison, number: int, *, paged: int) -> dict[str, object]:
    """A pair as plain values; the keys alone where there are none."""
    keys = "rank first second second_from folder share shared rare_first rare_second place page"
    if number >= len(comparison.pairs):
        return dict.fromkeys(keys.split())
    pair = comparison.pairs[number]
    values = (
        *(number + 1, pair.first.name, pair.second.name, pair.second.origin.value),
        *(pair.second.shelf, round(pair.share, 4), pair.shared),
        *(len(pair.rare_first), len(pair.rare_second), comparison.place(pair)),
        page_name(number + 1) if number < paged else "",
    )
    return dict(zip(keys.split(), values, strict=True))


def _who(one: ComparedCode) -> dict[str, str]:
    return {"name": one.name, "from": one.origin.value, "folder": one.shelf}


def _passage(pair: Pair, passage: Passage) -> dict[str, object]:
    def place(one: ComparedCode, lines: tuple[int, int]) -> list[dict[str, object]]:
        first, last = (_place(one, line) for line in lines)
        return [{"file": file, "line": line} for file, line in (first, last)]

    return {
        "first": place(pair.first, passage.first),
        "second": place(pair.second, passage.second),
        "shared": passage.prints,
    }


def _place(one: ComparedCode, line: int) -> tuple[str, int]:
    """The file and the line in it, of a line that counts through all files from 0."""
    for file, text in one.texts:
        length = text.count("\n") + 1
        if line < length:
            return file, line + 1
        line -= length
    return one.texts[-1][0], line + 1


def _cell(value: object) -> object:
    return table_cell(clean_line(value, _LONGEST_NAME)) if isinstance(value, str) else value


def _lines(one: ComparedCode, pair: Pair) -> list[ShownLine]:
    alike = matched_lines(one, pair)
    return list(_shown(one, alike))[:_MOST_LINES]


def _shown(one: ComparedCode, alike: frozenset[int]) -> Iterator[ShownLine]:
    through = 0
    for file, text in one.texts:
        for number, line in enumerate(text.split("\n"), start=1):
            yield ShownLine(
                file=file,
                number=number,
                text=clean(line, _LONGEST_LINE),
                is_alike=through in alike,
            )
            through += 1


def _cut(lines: Sequence[ShownLine], part: tuple[int, int]) -> Sequence[ShownLine]:
    """The lines of a passage with one before and one after: the first is often the `def`."""
    return lines[max(0, part[0] - 1) : part[1] + 2]


def _histogram(shares: Sequence[float]) -> list[int]:
    """How many shares lie in each tenth."""
    bins = [0] * _BINS
    for share in shares:
        bins[_bin(share)] += 1
    return bins


def _bin(share: float) -> int:
    return min(int(share * _BINS), _BINS - 1)


def _percent(share: float) -> str:
    number = f"{100 * share:.1f}" if 0 < share < 0.01 else str(int(100 * share))
    return f"{number}\N{NO-BREAK SPACE}%"


def _quantile(shares: Sequence[float], part: float) -> float:
    """The share that this part of all lie at or below, of shares with the largest first."""
    return shares[min(int((1 - part) * len(shares)), len(shares) - 1)]


def _rendered(template: str, **values: object) -> bytes:
    pages = environment()
    pages.filters.update(
        harmless=lambda text: clean_line(text, _LONGEST_NAME),
        percent=_percent,
        thousands=lambda number: f"{number:,}",
    )
    pages.globals.update(counted=counted, page_name=page_name, bin_of=_bin, quantile=_quantile)
    return pages.get_template(template).render(**values).encode()
