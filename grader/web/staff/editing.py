"""Quizzes and questions edited in the browser; the files of the course stay what counts.

What was typed comes back with every answer, whatever is wrong with it, and is written to the file
only if nothing is.
"""

from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.quiz.attempt.quiz import Quiz
from grader.quiz.items.form import QuestionForm
from grader.settings import COURSE_FILES
from grader.staff.key_check import ask_key_check, asked_key_check
from grader.staff.quiz_editing import (
    ChangedMeanwhile,
    CheckedText,
    EditableFiles,
    checked,
    files_of_course,
    save,
    text_digest,
    text_in,
)
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.rendering import moved
from grader.web.staff.room import StaffRoom, room_of

_SEED = 1  # of the preview
_NEW = {
    "quiz": "title: \nquestions: []\nopens: 2027-01-11 09:00\ncloses: 2027-01-18 23:59\n"
    "time_zone: Europe/Berlin\nfeedback: after-closing\n",
    "questions": "topic: \ntitle: \nconcepts: []\nquestions: []\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedFile:
    """A file and the text that somebody has on the screen."""

    kind: str  # quiz or questions
    path: Path
    text: str
    opened: str  # the digest of what the file held when it was opened

    @property
    def address(self) -> str:
        return f"/staff/files/{self.kind}/{self.path.name}"

    @property
    def stored_name(self) -> str:
        return f"{self.kind}/{self.path.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedQuestion:
    """A question as a student will see it, and what is shown once marks are."""

    place: int
    points: int
    stem: str
    form: QuestionForm
    explanation: str


@needs("owner")
def files_page(request: Request) -> Response:
    room = room_of(request)
    files = _files(room)
    return room.page(
        "files.html",
        quizzes=_names(files.quizzes),
        questions=_names(files.questions),
        are_shipped=files.questions_are_shipped,
    )


@needs("owner")
def edit_page(request: Request) -> Response:
    room = room_of(request)
    kind, path = _named(room)
    wanted = request.query_params.get("keys", "")
    if kind == "questions" and wanted:
        return _verified(room, path, wanted)
    text = text_in(path)
    opened = text_digest(text)
    if not text:
        text = _NEW[kind].replace("topic: ", f"topic: {path.stem}", 1)
    return _shown(room, EditedFile(kind=kind, path=path, text=text, opened=opened))


@needs("owner")
@with_form
def edit(request: Request, form: FormData) -> Response:
    """Check the text, show it, have its keys verified, or save it."""
    room = room_of(request)
    kind, path = _named(room)
    files = _files(room)
    text = text_of(form, "text").replace("\r\n", "\n")
    edited = EditedFile(kind=kind, path=path, text=text, opened=text_of(form, "opened"))
    found = checked(files, path, text)
    match text_of(form, "deed"):
        case "save" if found.is_right and _may_save(files, kind):
            return _saved(room, edited, found)
        case "verify" if found.is_right and kind == "questions":
            return _verify(room, edited)
        case _:
            return _shown(room, edited, found=found)


def _verify(room: StaffRoom, edited: EditedFile) -> Response:
    """Have the keys of a text verified by a worker; the text waits with them, and is not saved."""
    store, name = room.site.store, edited.path.name
    ask_key_check(store, name, text=edited.text, opened=edited.opened, at=room.site.clock())
    return moved(room.request, f"{edited.address}?keys={text_digest(edited.text)}#computing")


def _verified(room: StaffRoom, path: Path, digest: str) -> Response:
    """The text whose keys are verified, which may be one that nobody has saved."""
    asked = asked_key_check(room.site.store, path.name, digest)
    if asked is None:
        refuse(404, "Nobody has asked to verify this text.")
    edited = EditedFile(kind="questions", path=path, text=asked.text, opened=asked.opened)
    return _shown(room, edited, found=checked(_files(room), path, asked.text))


def _saved(room: StaffRoom, edited: EditedFile, found: CheckedText) -> Response:
    before = text_in(edited.path)
    try:
        edited.path.parent.mkdir(exist_ok=True)
        save(edited.path, edited.text, opened=edited.opened)
    except ChangedMeanwhile as error:
        now = EditedFile(
            kind=edited.kind, path=edited.path, text=edited.text, opened=text_digest(before)
        )
        return _shown(room, now, found=found, problem=error.sentences, theirs=before)
    entry = room.entry(
        "saved a file",
        said=f"{edited.path.name} is saved.",
        about=edited.stored_name,
        digest=text_digest(edited.text),
    )
    number = room.site.store.texts.keep(edited.stored_name, before, entry=entry)
    return room.said(number, back=edited.address)


def _shown(
    room: StaffRoom,
    edited: EditedFile,
    *,
    found: CheckedText | None = None,
    problem: str = "",
    theirs: str = "",
) -> Response:
    files = _files(room)
    return room.page(
        "edit.html",
        status=409 if problem else 200,
        edited=edited,
        found=found,
        asked=asked_key_check(room.site.store, edited.path.name, text_digest(edited.text)),
        digest=text_digest(edited.text),
        problem=problem,
        theirs=theirs,
        may_save=_may_save(files, edited.kind),
        preview=_preview(found.quiz) if found is not None and found.quiz is not None else (),
        earlier=room.site.store.texts.of(edited.stored_name),
    )


def _preview(quiz: Quiz) -> list[PreviewedQuestion]:
    """Each question as a student would see it, with an empty form."""
    seen = quiz.paper(quiz.draw(_SEED)).items_for(_SEED)
    return [
        PreviewedQuestion(
            place=place,
            points=item.points,
            stem=item.stem,
            form=item.form(_SEED),
            explanation=item.explanation,
        )
        for place, item in enumerate(seen, start=1)
    ]


def _files(room: StaffRoom) -> EditableFiles:
    return files_of_course(room.site.folder)


def _may_save(files: EditableFiles, kind: str) -> bool:
    """Questions that come with the grader are read here; a course edits its own."""
    return kind == "quiz" or not files.questions_are_shipped


def _named(room: StaffRoom) -> tuple[str, Path]:
    words = room.request.path_params
    kind, files = words["kind"], _files(room)
    path = files.named(kind, words["name"])
    if kind == "questions" and files.questions_are_shipped and not path.is_file():
        refuse(404, "There is no such file of questions.")
    return kind, path


def _names(folder: Path) -> list[str]:
    found = (path.name for path in folder.glob("*.y*ml") if path.is_file())
    return sorted(name for name in found if name not in COURSE_FILES)
