"""Questions whose parts are answered one by one: what a format writes of matches and of gaps."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.formulas import NoFormula, words
from grader.quiz.exports.item_parts import must_differ
from grader.quiz.exports.markup import html, plain
from grader.quiz.items.fill import Fill
from grader.quiz.items.gaps import Gap
from grader.quiz.items.item import Item
from grader.quiz.items.matching import LeftItem, Matching, RightItem
from grader.quiz.items.shuffle import shuffled


def left_mixed(item: Matching, job: ExportJob) -> tuple[LeftItem, ...]:
    """The left items in an order that the seed decides."""
    by_id = {part.id: part for part in item.left}
    if item.keep_order:
        return item.left
    return tuple(by_id[name] for name in shuffled(by_id, seed=job.seed, salt=f"{item.id}/left"))


def right_mixed(item: Matching, job: ExportJob) -> tuple[RightItem, ...]:
    """The right items in an order of their own."""
    by_id = {part.id: part for part in item.right}
    if item.keep_order:
        return item.right
    return tuple(by_id[name] for name in shuffled(by_id, seed=job.seed, salt=f"{item.id}/right"))


def strays(item: Matching) -> tuple[RightItem, ...]:
    """The right items that belong to no left one."""
    used = {part.match for part in item.left}
    return tuple(part for part in item.right if part.id not in used)


def menu_texts(item: Matching, job: ExportJob) -> dict[str, str]:
    """The texts of the right items for a menu, by id."""
    texts = {part.id: menu_text(item, part.text, job, of="right items") for part in item.right}
    must_differ(texts.values())
    return texts


def menu_text(item: Item, text: str, job: ExportJob, *, of: str) -> str:
    """A text for a menu, which shows no formatting."""

    def formula(latex: str) -> str:
        try:
            shown = words(latex)
        except NoFormula:
            job.lose(item, f"formulas in {of} are shown as LaTeX, since a menu shows no formatting")
            return latex
        if shown != latex.strip():
            job.lose(item, f"formulas in {of} are plain text, since a menu shows no formatting")
        return shown

    if "<pre" in html(text):
        job.lose(item, f"code in {of} is in one line, since a menu shows no formatting")
    return plain(text, formula)


def lose_pairs(item: Matching, job: ExportJob) -> None:
    """A format that has no feedback for a single pair."""
    if any(part.feedback or part.wrong for part in item.left):
        job.lose(item, "lost: what to say about wrong pairs")


def pieces(item: Fill) -> Iterator[str | Gap]:
    """The listing as its text, in HTML, and its gaps."""
    gaps = {gap.id: gap for gap in item.gaps}
    for place, piece in enumerate(item.split_listing()):
        yield gaps[piece] if place % 2 else escape(piece, quote=False)


def shown_options(gap: Gap, seed: int, salt: str) -> tuple[Any, ...]:
    return tuple(gap.arranged(seed, salt).values())


def lose_spelling(item: Fill, job: ExportJob) -> None:
    """What an LMS does not overlook in a typed answer."""
    if "space" in item.fold and any(re.search(r"\W", f) for g in item.gaps for f in g.accepted):
        job.lose(item, "spaces beside signs count there")
