"""Whether students see their grades, and the grades as files for other systems."""

from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from grader.courses.code_marks import CodeMarks
from grader.errors import GraderError
from grader.gradebooks.filling import FillingRules
from grader.gradebooks.student_grades import student_grades
from grader.gradebooks.targets import Template
from grader.settings import Assignment
from grader.staff.exported_grades import (
    TARGETS,
    ExportedGrades,
    ExportWish,
    exported_grades,
    needs_template,
)
from grader.store.releases_store import GradeKind
from grader.text import clean_line, counted
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs
from grader.web.staff.class_pages import class_at_once
from grader.web.staff.room import StaffRoom, assignment_of, room_of, way_back

_LONGEST_NAME = 200
_MEDIA = {"csv": "text/csv; charset=utf-8", "zip": "application/zip"}


@needs("owner")
def release_page(request: Request) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    return room.page("release.html", of=class_at_once(room, assignment))


@needs("owner")
@with_form
def release(request: Request, form: FormData) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    return show_grades(
        room,
        form,
        kind="code",
        name=assignment.name,
        title=assignment.title,
        back=f"/staff/code/{assignment.name}/",
    )


def show_grades(
    room: StaffRoom, form: FormData, *, kind: GradeKind, name: str, title: str, back: str
) -> Response:
    """Let students see the grades of something, or hide them, as the form says."""
    shown = text_of(form, "show") == "1"
    words = "see" if shown else "no longer see"
    entry = room.entry(
        "showed grades to students" if shown else "hid grades from students",
        said=f"Students {words} their grades for {title}.",
        about=name,
        kind=kind,
        reason=clean_line(text_of(form, "reason").strip(), _LONGEST_NAME),
    )
    number = room.site.store.releases.show(kind, name, is_shown=shown, entry=entry)
    return room.said(number, back=way_back(form, back))


@needs("owner")
def export_page(request: Request) -> Response:
    return _export_page(room_of(request), assignment_of(request))


@needs("owner")
@with_form
def export(request: Request, form: FormData) -> Response:
    """The file, or the page again with all that does not fit and what was typed."""
    room, assignment = room_of(request), assignment_of(request)
    upload = form.get("template")
    template = None
    if isinstance(upload, UploadFile) and upload.filename:
        name = clean_line(upload.filename, _LONGEST_NAME)
        template = Template(name=name, content=upload.file.read())
    wish = ExportWish(
        target=text_of(form, "target"),
        template=template,
        column=text_of(form, "column").strip(),
        with_feedback=text_of(form, "feedback") == "1",
        rules=FillingRules(
            scale=text_of(form, "scale") == "1",
            allow_missing=text_of(form, "missing") == "1",
        ),
    )
    grades = CodeMarks(room.reports(assignment), enrolled=room.enrolled).grades()
    active = {one.person for one in room.everybody.values() if one.is_active}
    people = {name: people for name, people in room.enrolled.items() if name in active}
    students = student_grades((g for g in grades if g.report.submission in people), people)
    try:
        made = exported_grades(students, wish, assignment=assignment.name)
    except GraderError as error:
        return _export_page(room, assignment, problem=error, wish=wish, status=400)
    room.site.store.audit.add(
        room.entry(
            "exported grades",
            said=f"Grades of {assignment.title} for {wish.target}.",
            about=assignment.name,
            target=wish.target,
            notes=list(made.notes),
        )
    )
    if text_of(form, "look") == "1":
        return _export_page(room, assignment, wish=wish, notes=made.notes)
    return download(made)


def download(made: ExportedGrades) -> Response:
    """A file that the browser keeps and does not show."""
    kind = _MEDIA[made.name.rpartition(".")[2]]
    name = f"attachment; filename*=UTF-8''{quote(made.name)}"
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(made.content, media_type=kind, headers=headers)


def _export_page(
    room: StaffRoom,
    assignment: Assignment,
    *,
    problem: GraderError | None = None,
    wish: ExportWish | None = None,
    notes: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    of_class = class_at_once(room, assignment)
    active = [row for row in of_class.rows if row.member.is_active]
    n_graded = sum(row.grade.points is not None for row in active)
    return room.page(
        "export.html",
        status=status,
        of=of_class,
        targets=TARGETS,
        needs_template=needs_template,
        wish=wish or ExportWish(target="canvas"),
        problem=problem,
        notes=notes,
        said=f"{counted(n_graded, 'grade')} of {counted(len(active), 'student')}.",
    )
