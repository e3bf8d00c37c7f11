"""Matching questions as the readers find them: pairs, and right texts that belong to nothing."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from grader.quiz.imports.draft import NotTaken

Fields = dict[str, Any]


def matching_kind(pairs: Iterable[tuple[str, str]], strays: Sequence[str] = ()) -> Fields:
    """A matching question of left and right texts; equal right texts become one right item.

    Raises:
        NotTaken: there are fewer than two pairs.
    """
    rows = list(pairs)
    if len(rows) < 2:
        raise NotTaken("it matches fewer than two items")
    texts = dict.fromkeys([*(right for _, right in rows), *strays])
    ids = {text: f"right-{place}" for place, text in enumerate(texts, start=1)}
    return {
        "kind": "matching",
        "left": [
            {"id": f"left-{place}", "text": left, "match": ids[right]}
            for place, (left, right) in enumerate(rows, start=1)
        ],
        "right": [{"id": name, "text": text} for text, name in ids.items()],
    }


def split_pairs(
    rows: Iterable[tuple[str, str]], lose: Callable[[str], None]
) -> tuple[list[tuple[str, str]], list[str]]:
    """The pairs, and the right texts of those without a left one.

    Raises:
        NotTaken: a left text has no right one.
    """
    given = list(rows)
    if any(not right for left, right in given if left):
        raise NotTaken("an item on its left has nothing on the right")
    if any(not left and not right for left, right in given):
        lose("lost: rows with nothing in them")
    return [row for row in given if row[0]], [right for left, right in given if not left and right]
