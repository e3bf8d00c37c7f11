"""The grades of a class as a file for another system, made in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.batch.class_grades import is_nothing
from grader.errors import GraderError, did_you_mean
from grader.gradebooks.feedback_page import feedback_page
from grader.gradebooks.filling import FillingRules
from grader.gradebooks.gradescope_results import HiddenTests, results_json
from grader.gradebooks.plain_zip import zip_of
from grader.gradebooks.student_grades import StudentGrade
from grader.gradebooks.targets import (
    EACH,
    FEEDBACK,
    LAYOUTS,
    TABLES,
    Template,
    feedback_zip,
    filled_template,
)
from grader.gradebooks.upload_names import upload_names
from grader.text import counted

_GRADESCOPE = "gradescope"
_PLAIN = FillingRules()
TARGETS: Mapping[str, str] = {
    **dict.fromkeys(LAYOUTS, "its grade file, as you downloaded it, with one column filled in"),
    "canvas-feedback": "a zip of pages, for the zip of its Download Submissions",
    "moodle-feedback": "a zip of pages, for its grading worksheet",
    "csv": "a table for a spreadsheet",
    "nbgrader": "a table as nbgrader exports it",
    _GRADESCOPE: "a zip of results.json, one a submission",
    "autolab": "a zip of what Autolab reads, one file a submission",
    "prairielearn": "a zip of results.json, one a submission",
    "junit": "a zip of JUnit XML, one file a submission",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWish:
    """What is wanted: a system, and what was downloaded there where it needs that."""

    target: str
    template: Template | None = None
    column: str = ""
    with_feedback: bool = False
    rules: FillingRules = _PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedGrades:
    """A file to be downloaded, and what a person should know of it."""

    name: str
    content: bytes
    notes: tuple[str, ...] = ()


def needs_template(target: str) -> bool:
    """Whether it fills in, or answers, a file that the other system gave out."""
    return target in LAYOUTS or target in FEEDBACK


def exported_grades(
    students: Sequence[StudentGrade], wish: ExportWish, *, assignment: str
) -> ExportedGrades:
    """The grades for a system. Who handed nothing in is left alone, unless excused or given points.

    Args:
        assignment: the name of the assignment, by which the file is called.

    Raises:
        GraderError: there is no such target, it needs a file, or something does not fit.
    """
    target = wish.target
    if target not in TARGETS:
        raise GraderError(f"there is no export {target!r}", fix=did_you_mean(target, TARGETS))
    came = [one for one in students if not is_nothing(one.report) or _is_decided(one)]
    if needs_template(target):
        return _filled(came, wish, assignment=assignment)
    blank = tuple(_blank(came))
    if target in TABLES:
        name = f"{assignment}-{target}.csv"
        return ExportedGrades(name=name, content=b"".join(TABLES[target](came)), notes=blank)
    name = f"{assignment}-{target}.zip"
    return ExportedGrades(name=name, content=_one_each(target, came), notes=blank)


def _is_decided(student: StudentGrade) -> bool:
    return student.grade.counts or student.why_none == "excused"


def _filled(
    students: Sequence[StudentGrade], wish: ExportWish, *, assignment: str
) -> ExportedGrades:
    target, template = wish.target, wish.template
    if template is None or not template.content:
        what = "the zip of Download Submissions" if target == FEEDBACK[0] else "its grade file"
        raise GraderError(
            f"{target} needs what was downloaded from there", fix=f"Choose {what} beside it."
        )
    own = {student.submission: student for student in students}
    if target in FEEDBACK:
        filled = feedback_zip(
            target, template, students, page=lambda one: feedback_page(own[one]), rules=wish.rules
        )
        name = f"{assignment}-{target}.zip"
    else:
        feedback = "" if wish.with_feedback else None
        filled = filled_template(
            target,
            template,
            students,
            column=wish.column,
            rules=wish.rules,
            whole=own.__getitem__,
            feedback=feedback,
        )
        name = f"{assignment}-{target}.csv"
    return ExportedGrades(name=name, content=filled.content, notes=filled.notes)


def _one_each(target: str, students: Sequence[StudentGrade]) -> bytes:
    """A zip with one file a submission, also where several people handed it in."""
    own = {one.submission: one for one in students if one.why_none != "excused"}
    names = upload_names(list(own))
    if target == _GRADESCOPE:
        return zip_of({f"{names[name]}.json": _results(one) for name, one in own.items()})
    made, ending = EACH[target]
    return zip_of({f"{names[name]}{ending}": made(one) for name, one in own.items()})


def _results(student: StudentGrade) -> bytes:
    return results_json(
        student.report,
        hidden=HiddenTests.AFTER_PUBLISHED,
        final=student.points,
        explained=student.grade.explained,
    )


def _blank(students: Sequence[StudentGrade]) -> list[str]:
    blank = list(dict.fromkeys(f"{s.submission} ({s.why_none})" for s in students if s.why_none))
    if not blank:
        return []
    return [f"{counted(len(blank), 'submission')} without points, and never a zero."]
