"""The analysis of a quiz as a page and as tables for other programs."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from html import escape

from markupsafe import Markup

from grader.quiz.analysis.class_figures import Analysis, Taken, is_counted, share_of
from grader.quiz.analysis.item_figures import LEAST, Chosen, ItemFigures
from grader.quiz.marking.sheets import Record
from grader.reports.page_templates import environment
from grader.text import clean, table_cell

_LONGEST = 2000


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def page(
    analysis: Analysis,
    misconceptions: Mapping[str, str],
    as_html: Callable[[str], str] = escape,
) -> bytes:
    """One HTML file that needs nothing else.

    Args:
        as_html: safe HTML from the Markdown of a question.
    """

    def rendered(text: str) -> Markup:
        return Markup(as_html(clean(text, _LONGEST)))  # noqa: S704 - safe by contract

    pages = environment()
    filters = {"percent": percent, "decimal": decimal, "harmless": lambda t: clean(t, _LONGEST)}
    filters["rendered"] = rendered
    pages.filters.update(filters)
    template = pages.get_template("quiz_analysis.html")
    values = {"quiz": analysis, "misconceptions": misconceptions, "least": LEAST}
    return template.render(**values).encode()


def items_csv(analysis: Analysis) -> bytes:
    """One row a question; a figure that is hidden is an empty cell."""
    head = "question kind n left_out facility item_rest_correlation guess_level share_unanswered"
    return _csv([*head.split(), "flags"], (_item_row(item, analysis) for item in analysis.items))


def _item_row(item: ItemFigures, analysis: Analysis) -> list[object]:
    figures = (item.facility, item.rest_correlation, item.guess, item.unanswered)
    why = " ".join(flag.why for flag in analysis.flags if flag.question == item.question)
    return [item.question, item.kind, item.n, item.left_out, *figures, why]


def distractors_csv(analysis: Analysis) -> bytes:
    """One row a question and option, or frequent typed answer."""
    head = "question answer right count share mean_rest_share misconception text"
    rows = (_answer_row(item, line) for item in analysis.items for line in item.chosen)
    return _csv(head.split(), rows)


def _answer_row(item: ItemFigures, line: Chosen) -> list[object]:
    figures = (int(line.is_right), line.count, line.share, line.rest)
    return [item.question, line.answer, *figures, line.misconception, line.text]


def responses_csv(analysis: Analysis, *, names: bool = False) -> bytes:
    """One row a student, attempt and question; students are numbers unless `names`."""
    head = "student attempt question kind standing points max_points share response"
    known = _pseudonyms(analysis.taken)
    rows = (
        [one.student if names else known[one.student], one.number, *_response_row(row)]
        for one in analysis.taken
        for row in one.rows
    )
    return _csv(head.split(), rows)


def _response_row(row: Record) -> list[object]:
    share = share_of(row) if is_counted(row) else None
    points = float(Fraction(row["points"]))
    marks = (row["standing"], points, row["max_points"], share)
    return [row["question"], row["kind"], *marks, _answer(row["response"])]


def _answer(response: object) -> str:
    parts = response if isinstance(response, list | tuple) else [response]
    return " ".join("" if part is None else str(part) for part in parts)


def _pseudonyms(taken: Iterable[Taken]) -> dict[str, str]:
    """Numbers in an order that has nothing to do with the alphabet."""
    names = {one.student for one in taken}
    mixed = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    return {name: f"student-{number:03}" for number, name in enumerate(mixed, 1)}


def _csv(head: list[str], rows: Iterable[list[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.4f}"
    return table_cell(clean(value, _LONGEST)) if isinstance(value, str) else value
