"""What one student handed in or answered, as it came: files as text, answers with their marks."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from grader.quiz.marking.sheets import Sheet, sheet_from_json
from grader.store.hand_ins_store import StoredHandIn
from grader.text import clean_line
from grader.web.guard.rights import needs, refuse
from grader.web.staff.quiz_pages import marks_of
from grader.web.staff.room import StaffRoom, assignment_of, room_of, student_of

_SHOWN_BYTES = 200_000  # of one file
_TEXTS = (".py", ".txt", ".md", ".ipynb", ".csv", ".json", ".yaml", ".toml")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedText:
    """One file of a hand-in; `text` is None where it is none, or is too large to be shown."""

    place: int
    name: str
    size: int
    digest: str
    text: str | None


@needs("grader")
def hand_in_page(request: Request) -> Response:
    """The files of a hand-in. They are shown and never read as code."""
    room, assignment = room_of(request), assignment_of(request)
    hand_in = _hand_in(room, assignment.name)
    contents = room.site.store.hand_ins.contents(hand_in.id)
    return room.page(
        "hand_in.html",
        assignment=assignment,
        hand_in=hand_in,
        student=student_of(room),
        shown=room.shown(student_of(room)),
        files=[
            HandedText(
                place=place,
                name=file.name,
                size=file.size,
                digest=file.digest,
                text=_text(file.name, content),
            )
            for place, (file, (_, content)) in enumerate(
                zip(hand_in.files, contents, strict=True), start=1
            )
        ],
    )


@needs("grader")
def handed_file(request: Request) -> Response:
    """One file as it came, to be kept by the browser and never shown as a page."""
    room, assignment = room_of(request), assignment_of(request)
    contents = room.site.store.hand_ins.contents(_hand_in(room, assignment.name).id)
    place = request.path_params["place"]
    if not 1 <= place <= len(contents):
        refuse(404, "There is no such file.")
    name, content = contents[place - 1]
    called = clean_line(PurePosixPath(name.replace("\\", "/")).name, _LONGEST_NAME) or "file"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(called, safe='')}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


@needs("grader")
def attempt_page(request: Request) -> Response:
    """One attempt at a quiz: each question, what was answered, and its mark."""
    room = room_of(request)
    student = student_of(room)
    found = room.site.store.marking.attempts(student=student.person)
    attempt = next((a for a in found if a.id == request.path_params["attempt"]), None)
    if attempt is None:
        refuse(404, "This student has no such attempt.")
    sheet: Sheet | None = sheet_from_json("", attempt.marks) if attempt.marks else None
    return room.page(
        "attempt.html",
        student=student,
        shown=room.shown(student),
        attempt=attempt,
        sheet=sheet,
        items=marks_of(room).items,
    )


def _hand_in(room: StaffRoom, assignment: str) -> StoredHandIn:
    person, number = student_of(room).person, room.request.path_params["hand_in"]
    found = room.site.store.hand_ins.of_person(assignment, person)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        refuse(404, "There is no such hand-in.")
    return one


def _text(name: str, content: bytes) -> str | None:
    if not name.lower().endswith(_TEXTS) or len(content) > _SHOWN_BYTES:
        return None
    return content.decode("utf-8", "replace")
