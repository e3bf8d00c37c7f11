"""The quizzes and the practice of a course, read from their folders and again when a file changes.

One file that is wrong takes away its own quiz and no other; what is wrong with it is kept for
staff. A quiz has an address, which is its name as it stands in a URL.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import msgspec

from grader.errors import CourseError
from grader.quiz.attempt.quiz import Quiz, practice
from grader.quiz.attempt.quiz_file import ENDINGS, load_quiz
from grader.quiz.bank.selection import selection
from grader.quiz.bank.topics import Bank, Topic, load
from grader.settings import COURSE_FILES, question_folder

Stamp = tuple[tuple[str, int, int], ...]
_MOST_QUESTIONS = 5  # about one idea: a student goes back to the code with it
_IDEA = "idea "  # what the name of practice on one mistaken idea begins with


@dataclass(frozen=True, kw_only=True)
class ShelvedQuizzes:
    """What was read, at one state of the files."""

    stamp: Stamp = ()
    quizzes: Mapping[str, Quiz] = field(default_factory=dict)  # by address
    faults: tuple[CourseError, ...] = ()
    has_unknown: bool = False  # extra time is given to a name that belongs to nobody yet
    bank: Bank = field(default_factory=lambda: Bank((), {}))


class QuizShelf:
    """The quizzes of a course, and what can be practised.

    Args:
        quizzes: the folder of the quizzes' files; a course without quizzes has none.
        questions: the folder of the question bank.
        people: gives the name that attempts are kept under, by all that course.yaml may call a
            person; without it, course.yaml has to have that name.
    """

    def __init__(
        self, quizzes: Path, questions: Path, people: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        self._quizzes = quizzes
        self._questions = questions
        self._people = people
        self._read = ShelvedQuizzes()
        self._turn = Lock()

    def now(self) -> ShelvedQuizzes:
        """All of it as the files are at this moment."""
        stamp = _stamp(self._files())
        read = self._read
        if stamp == read.stamp and not read.has_unknown:
            return read
        with self._turn:  # of all who ask after a change, one reads
            read = self._read if stamp == self._read.stamp else self._reading(stamp)
            if read is not self._read or read.has_unknown:
                self._read = self._named(read)
            return self._read

    def quiz(self, address: str) -> Quiz | None:
        return self.now().quizzes.get(address)

    def topics(self) -> tuple[Topic, ...]:
        return self.now().bank.topics

    def topic(self, name: str) -> Quiz | None:
        """A topic for practice."""
        return next((practice(topic) for topic in self.topics() if topic.name == name), None)

    def idea(self, misconception: str, *, first: Iterable[str] = ()) -> Quiz | None:
        """A few questions about one mistaken idea, for practice; None if nothing asks about it.

        Args:
            first: ids of questions that are to be asked before those that name the idea.
        """
        known = {item.id for topic in self.topics() for item in topic.items}
        named = (*(one for one in first if one in known), *self.questions_on(misconception))
        ids = tuple(dict.fromkeys(named))[:_MOST_QUESTIONS]
        if not ids:
            return None
        name = f"{_IDEA}{misconception}"
        return practice(selection(self.topics(), ids, name=name))

    def questions_on(self, misconception: str) -> tuple[str, ...]:
        """The ids of the questions that name a mistaken idea."""
        items = (item for topic in self.topics() for item in topic.items)
        return tuple(item.id for item in items if misconception in item.misconception_ids())

    def sentence(self, misconception: str) -> str:
        """What a mistaken idea says; empty if the bank does not know it."""
        return self.now().bank.misconceptions.get(misconception, "")

    def _files(self) -> Iterable[Path]:
        for folder in (self._questions, self._quizzes):
            yield from (one for one in folder.glob("*") if one.suffix in (*ENDINGS, ".json"))
        around = self._quizzes.resolve()
        for folder in (around, *around.parents):
            yield from (folder / name for name in COURSE_FILES)

    def _reading(self, stamp: Stamp) -> ShelvedQuizzes:
        try:
            bank = load(self._questions)
        except CourseError as error:
            return ShelvedQuizzes(stamp=stamp, faults=(error,))
        quizzes: dict[str, Quiz] = {}
        faults: list[CourseError] = []
        for path in self._quiz_files():
            try:
                quiz = load_quiz(path, bank)
                if address_of(quiz) in quizzes:
                    raise _twice(quiz, quizzes[address_of(quiz)])
            except CourseError as error:
                faults.append(error)
            else:
                quizzes[address_of(quiz)] = quiz
        return ShelvedQuizzes(stamp=stamp, quizzes=quizzes, faults=tuple(faults), bank=bank)

    def _named(self, read: ShelvedQuizzes) -> ShelvedQuizzes:
        """With extra time for those whom attempts know."""
        given = {one.student for quiz in read.quizzes.values() for one in quiz.course.extra_time}
        if not given:
            return replace(read, has_unknown=False)
        names = self._people()
        quizzes = {address: _with_names(quiz, names) for address, quiz in read.quizzes.items()}
        return replace(read, quizzes=quizzes, has_unknown=not given <= names.keys())

    def _quiz_files(self) -> list[Path]:
        found = (path for path in self._quizzes.glob("*") if path.suffix in ENDINGS)
        return sorted(path for path in found if path.name not in COURSE_FILES)


def course_shelf(folder: Path, people: Callable[[], Mapping[str, str]] = dict) -> QuizShelf:
    """The shelf of a course: `quizzes/` and `questions/` beside its course.yaml.

    Without questions of its own, a course has those that come with the grader.
    """
    quizzes, questions = folder / "quizzes", folder / "questions"
    return QuizShelf(quizzes, question_folder(questions if questions.is_dir() else None), people)


def address_of(quiz: Quiz) -> str:
    """The name of a quiz as one part of a URL."""
    return quiz.name.replace("/", "-")


def _with_names(quiz: Quiz, names: Mapping[str, str]) -> Quiz:
    """The quiz with extra time for those whom attempts know, whatever course.yaml calls them."""
    extra = tuple(
        msgspec.structs.replace(one, student=names.get(one.student, one.student))
        for one in quiz.course.extra_time
    )
    return replace(quiz, course=msgspec.structs.replace(quiz.course, extra_time=extra))


def _twice(quiz: Quiz, other: Quiz) -> CourseError:
    return CourseError(
        f"another quiz has the name {quiz.name!r}, too: {other.path}",
        at=str(quiz.path),
        fix="Write another `id` into one of them.",
    )


def _stamp(files: Iterable[Path]) -> Stamp:
    """Changes when a file is written, made or removed."""
    found = []
    for path in sorted(set(files)):
        try:
            state = path.stat()
        except OSError:
            continue  # there is none
        found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)
