"""Every target by the name that a user types, and how its files come about."""

import html
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from grader.errors import GraderError
from grader.gradebooks import (
    autolab,
    blackboard,
    brightspace,
    canvas,
    junit,
    moodle,
    nbgrader,
    plain_table,
    prairielearn,
)
from grader.gradebooks.csv_cells import CsvCells
from grader.gradebooks.feedback_text import feedback_text
from grader.gradebooks.feedback_zips import Page, canvas_zip, moodle_zip
from grader.gradebooks.filling import Filled, FillingRules, TemplateLayout, filled
from grader.gradebooks.student_grades import PointsInColumn, StudentGrade
from grader.records import Status

Whole = Callable[[str], StudentGrade]

# One column of a downloaded file is filled in.
LAYOUTS: Mapping[str, Callable[[CsvCells, str], TemplateLayout]] = {
    "canvas": canvas.layout,
    "moodle": moodle.layout,
    "blackboard": blackboard.layout,
    "brightspace": brightspace.layout,
}
# One file for each submission, and how it ends.
EACH: Mapping[str, tuple[Callable[[StudentGrade], bytes], str]] = {
    "autolab": (autolab.printed, ".txt"),
    "prairielearn": (prairielearn.results_json, ".json"),
    "junit": (junit.junit_xml, ".xml"),
}
# One table for all, a line after the other.
TABLES: Mapping[str, Callable[[Iterable[StudentGrade]], Iterator[bytes]]] = {
    "nbgrader": nbgrader.grades_csv,
    "csv": plain_table.table_csv,
}
# A page for each student, in a zip that gives them back.
FEEDBACK = ("canvas-feedback", "moodle-feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A file that another system gave out."""

    name: str
    content: bytes = b""
    file: Callable[[], BinaryIO] | None = None  # in place of the content, where that is large

    def opened(self) -> BinaryIO:
        """The content as a file, to be closed."""
        return self.file() if self.file is not None else io.BytesIO(self.content)

    def read(self) -> bytes:
        """The whole content."""
        with self.opened() as file:
            return file.read()


def filled_template(
    target: str,
    template: Template,
    students: Sequence[PointsInColumn],
    *,
    column: str,
    rules: FillingRules,
    whole: Whole,
    feedback: str | None = None,
) -> Filled:
    """The template of a system with the grades in one column.

    Args:
        column: what is filled in, as its file calls it.
        whole: the grade for a submission with its report; asked for if feedback is filled in.
        feedback: the column for feedback, if that is to be filled in; empty: the usual one.

    Raises:
        GraderError: a student, the column or a maximum does not fit, or it is another file.
    """
    table = CsvCells(template.read(), template.name)
    layout = LAYOUTS[target](table, column)
    if feedback is not None:
        layout = _with_feedback(target, table, layout, feedback)
        rules = replace(rules, feedback=lambda submission: _said(whole(submission)))
    return filled(table, layout, students, rules=rules)


def feedback_zip(
    target: str,
    template: Template,
    students: Sequence[PointsInColumn],
    *,
    page: Page,
    rules: FillingRules,
) -> Filled:
    """The students' pages for a system that takes files back: see `FEEDBACK`.

    Args:
        page: of a submission.

    Raises:
        GraderError: a student does not fit, or the template is another file.
    """
    if target == "canvas-feedback":
        with template.opened() as file:
            return canvas_zip(file, students, page, rules=rules, at=template.name)
    rows = moodle.layout(CsvCells(template.read(), template.name), "").rows
    return moodle_zip(rows, students, page, rules=rules, at=template.name)


def _with_feedback(
    target: str,
    table: CsvCells,
    layout: TemplateLayout,
    column: str,
) -> TemplateLayout:
    """The layout with its columns for feedback."""
    if target == "moodle":
        return replace(layout, feedback=moodle.feedback_column(table, column))
    if target == "blackboard":
        place, beside = blackboard.feedback_columns(table, column)
        return replace(layout, feedback=place, remarks=beside)
    raise GraderError(
        f"the file of {target} has no column for feedback",
        at=table.at,
        fix="Leave out --feedback; for Canvas, --to canvas-feedback makes a zip of pages.",
    )


def _said(student: StudentGrade) -> str:
    return "" if student.why_none == Status.UNGRADED else as_html(feedback_text(student))


def as_html(text: str) -> str:
    """Plain text as a piece of HTML that shows it as it is."""
    return html.escape(text).replace("\n", "<br>")
