"""Quizzes and questions as texts to be edited: checked as their files are, saved only if right.

A text is checked in a copy of the folder that it lies in, by the same readers that read the file,
so what is right here is right there. Nothing of the course is touched before it is saved.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.durable_files import write_whole
from grader.errors import CourseError, GraderError
from grader.quiz.attempt.quiz import Quiz, practice
from grader.quiz.attempt.quiz_file import load_quiz
from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import load, load_topic
from grader.quiz.items.item import Severity
from grader.settings import COURSE_FILES, question_folder, shipped
from grader.text import clean_line

_NAME = re.compile(r"[A-Za-z0-9][\w-]{0,99}\.ya?ml", re.ASCII)
_LINE = re.compile(r"line (\d+)")
_LONGEST = 1_000_000  # characters
_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableFiles:
    """Where the files of a course lie that may be edited here."""

    quizzes: Path
    questions: Path

    def named(self, kind: str, name: str) -> Path:
        """The file of this name, whether it is there or not.

        Raises:
            GraderError: that is no name of a file of questions or of a quiz.
        """
        folder = {"quiz": self.quizzes, "questions": self.questions}.get(kind)
        if folder is None or not _NAME.fullmatch(name) or name in COURSE_FILES:
            raise GraderError(
                f"there is no file {clean_line(name, _SHOWN)!r} to be edited here",
                fix="Take letters, digits, hyphens and underscores, and end with .yaml.",
            )
        return folder / name

    @property
    def questions_are_shipped(self) -> bool:
        """Whether the questions come with the grader, so that nobody edits them here."""
        return self.questions.resolve() == shipped("questions").resolve()


def files_of_course(folder: Path) -> EditableFiles:
    """Those of a course, whose own questions take the place of those that come with the grader.

    Args:
        folder: where its course.yaml lies.
    """
    own = folder / "questions"
    questions = question_folder(own if own.is_dir() else None)
    return EditableFiles(quizzes=folder / "quizzes", questions=questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFault:
    """What is wrong with a text, in which line if that is known, and what to do."""

    line: int | None
    says: str
    fix: str
    is_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """What checking found, and the quiz that the text is if nothing is wrong with it."""

    faults: tuple[TextFault, ...]
    quiz: Quiz | None = None  # of questions: the practice of all of them

    @property
    def is_right(self) -> bool:
        return not any(fault.is_error for fault in self.faults)


class ChangedMeanwhile(GraderError):
    """Somebody else has saved the file since it was opened."""


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_in(path: Path) -> str:
    """The text of a file; empty if there is none.

    Raises:
        GraderError: it is there and cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(
            f"{path.name} cannot be read as text", fix="Save it as UTF-8 in an editor."
        ) from error


@contextmanager
def trial_of(files: EditableFiles, path: Path, text: str) -> Iterator[Path]:
    """The file with this text in a copy of its folder, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="grader-edit-") as folder:
        copy = Path(folder) / "questions"
        shutil.copytree(files.questions, copy, symlinks=False)
        if path.parent == files.questions:
            place = copy / path.name
        else:
            place = Path(folder) / path.name
            for name in COURSE_FILES:
                if (beside := path.parent / name).is_file():
                    shutil.copy(beside, folder)
        place.write_text(text, encoding="utf-8")
        yield place


def checked(files: EditableFiles, path: Path, text: str) -> CheckedText:
    """What is wrong with a text, and what it is if nothing is."""
    if len(text) > _LONGEST:
        said = f"it has {len(text):,} characters, and at most {_LONGEST:,} are taken"
        fault = TextFault(line=None, says=said, fix="Make several files of it.", is_error=True)
        return CheckedText(faults=(fault,))
    text = text.encode("utf-8", "replace").decode()
    with trial_of(files, path, text) as place:
        if path.parent == files.questions:
            return _checked_topic(place, text)
        return _checked_quiz(place, text)


def save(path: Path, text: str, *, opened: str) -> None:
    """Write the file, if it is as it was when it was opened.

    Args:
        opened: the digest of the text that was there then.

    Raises:
        ChangedMeanwhile: it has another text now.
        GraderFault: it cannot be written.
    """
    if text_digest(text_in(path)) != opened:
        raise ChangedMeanwhile(
            f"somebody has saved {path.name} since you opened it",
            fix="Your text is below and not saved. Look at theirs, and save yours once more to "
            "put it in that place.",
        )
    write_whole(path, text.encode())


def _checked_quiz(place: Path, text: str) -> CheckedText:
    try:
        bank = load(place.parent / "questions")
        quiz = load_quiz(place, bank)
    except CourseError as error:
        return CheckedText(faults=(_fault(error.at, error.problem, error.fix, text, place),))
    return CheckedText(faults=(), quiz=quiz)


def _checked_topic(place: Path, text: str) -> CheckedText:
    own = [one for one in lint(place.parent) if one.where.startswith(str(place))]
    faults = tuple(
        _fault(
            one.where,
            one.problem,
            one.fix,
            text,
            place,
            is_error=one.severity == Severity.ERROR,
        )
        for one in own
    )
    if any(fault.is_error for fault in faults):
        return CheckedText(faults=faults)
    try:
        return CheckedText(faults=faults, quiz=practice(load_topic(place.parent, place.stem)))
    except CourseError as error:
        more = _fault(error.at, error.problem, error.fix, text, place)
        return CheckedText(faults=(*faults, more))


def _fault(
    at: str, problem: str, fix: str, text: str, place: Path, *, is_error: bool = True
) -> TextFault:
    where = at.removeprefix(str(place)).lstrip(":#").strip()
    said = f"{where}: {problem}" if where and not where.isdigit() else problem
    return TextFault(
        line=_line(where, problem, text),
        says=said.replace(str(place.parent), ""),
        fix=fix.replace(str(place.parent), ""),
        is_error=is_error,
    )


def _line(where: str, problem: str, text: str) -> int | None:
    """The line that an error is about: as it says, or that of the question's id or of the key."""
    if where.isdigit():
        return int(where)
    if found := _LINE.search(problem):
        return int(found[1])
    question, _, rest = where.partition(" ")
    start = 0
    for sign in (question, rest):
        if sign and (at := _place_of(sign, text, start)) is not None:
            start = at
    if not start:
        start = _place_of(problem.partition(":")[0], text, 0) or 0
    return text.count("\n", 0, start) + 1 if start or where else None


def _place_of(sign: str, text: str, start: int) -> int | None:
    """Where an id or a key stands; a key may have a place within its list behind it."""
    key = re.split(r"[\[.:\s]", sign)[0]
    for pattern in (rf"\bid:\s*['\"]?{re.escape(sign)}\b", rf"^\W*{re.escape(key)}\s*:"):
        if found := re.compile(pattern, re.MULTILINE).search(text, start):
            return found.start()
    return None
