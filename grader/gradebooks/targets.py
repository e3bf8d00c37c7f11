"""Every target by the name that a user types, and how its files come about."""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from grader.gradebooks.feedback_zips import canvas_zip, moodle_zip
from grader.gradebooks.filling import Filled, FillingRules, TemplateLayout, filled
from grader.gradebooks.student_grades import StudentGrade
from grader.records import Status

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
# One table for all.
TABLES: Mapping[str, Callable[[Iterable[StudentGrade]], bytes]] = {
    "nbgrader": nbgrader.grades_csv,
    "csv": plain_table.table_csv,
}
# A page for each student, in a zip that gives them back.
FEEDBACK = ("canvas-feedback", "moodle-feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A file that another system gave out."""

    name: str
    content: bytes


def filled_template(
    target: str,
    template: Template,
    students: Sequence[StudentGrade],
    *,
    column: str,
    rules: FillingRules,
    feedback: str | None = None,
) -> Filled:
    """The template of a system with the grades in one column.

    Args:
        column: what is filled in, as its file calls it.
        feedback: the column for feedback, if that is to be filled in; empty: the usual one.

    Raises:
        GraderError: a student, the column or a maximum does not fit, or it is another file.
    """
    table = CsvCells(template.content, template.name)
    layout = LAYOUTS[target](table, column)
    if feedback is not None:
        layout, said = _with_feedback(target, table, layout, students, feedback)
        rules = replace(rules, feedback=said)
    return filled(table, layout, students, rules=rules)


def feedback_zip(
    target: str,
    template: Template,
    students: Sequence[StudentGrade],
    *,
    pages: Mapping[str, bytes],
    rules: FillingRules,
) -> Filled:
    """The students' pages for a system that takes files back: see `FEEDBACK`.

    Args:
        pages: by submission.

    Raises:
        GraderError: a student does not fit, or the template is another file.
    """
    if target == "canvas-feedback":
        return canvas_zip(template.content, students, pages, rules=rules, at=template.name)
    rows = moodle.layout(CsvCells(template.content, template.name), "").rows
    return moodle_zip(rows, students, pages, rules=rules, at=template.name)


def _with_feedback(
    target: str,
    table: CsvCells,
    layout: TemplateLayout,
    students: Sequence[StudentGrade],
    column: str,
) -> tuple[TemplateLayout, dict[str, str]]:
    """The layout with its columns for feedback, and the feedback by submission."""
    if target == "moodle":
        layout = replace(layout, feedback=moodle.feedback_column(table, column))
    elif target == "blackboard":
        place, beside = blackboard.feedback_columns(table, column)
        layout = replace(layout, feedback=place, remarks=beside)
    else:
        raise GraderError(
            f"the file of {target} has no column for feedback",
            at=table.at,
            fix="Leave out --feedback; for Canvas, --to canvas-feedback makes a zip of pages.",
        )
    told = [student for student in students if student.why_none != Status.UNGRADED]
    return layout, {s.submission: as_html(feedback_text(s)) for s in told}


def as_html(text: str) -> str:
    """Plain text as a piece of HTML that shows it as it is."""
    return html.escape(text).replace("\n", "<br>")
