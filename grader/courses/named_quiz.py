"""What commands on attempts share: the quiz that was named, the store, and whose attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.courses.attempts import settle
from grader.courses.identities import recognised
from grader.errors import CourseError
from grader.quiz.attempt.quiz import Quiz, practice
from grader.quiz.attempt.quiz_file import is_quiz_file, load_quiz
from grader.quiz.attempt.rules import Feedback, counting
from grader.quiz.bank.topics import load, load_topic, topic_paths
from grader.quiz.marking.gradebook import HandedIn, handed_in
from grader.store.database import StoreError
from grader.store.quiz_store import QuizStore, StoredAttempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a student takes a quiz."""

    word: str  # the topic or the file, as it was typed
    folder: Path  # of the questions
    student: str
    store: str | Path
    resume_command: str

    @property
    def review_command(self) -> str:
        return self.resume_command.replace(" take ", " review ", 1)


def now() -> datetime:
    return datetime.now(UTC)


def load_named(word: str, folder: Path, *, feedback: Feedback | None = None) -> Quiz:
    """The quiz of a file, or a topic for practice."""
    if is_quiz_file(word):
        return load_quiz(Path(word), load(folder))
    file = Path(f"{word}.yaml")
    if file.is_file() and word not in {path.stem for path in topic_paths(folder)}:
        raise CourseError(f"there is no topic {word!r}", fix=f"Did you mean the file {file}?")
    return practice(load_topic(folder, word), feedback or Feedback.NOW)


def settled(store: QuizStore, quiz: Quiz, student: str | None = None) -> list[StoredAttempt]:
    """The attempts of a student, or of all; those whose time is up are handed in first.

    Raises:
        CourseError: the store knows another quiz by the identity of this one.
    """
    known = recognised(store, quiz)
    found = store.attempts(student=student, quiz=known.id) if known else ()
    return [a if a.finished_at else settle(store, quiz, a, at=now()) for a in found]


def graded(attempt: StoredAttempt) -> HandedIn | None:
    """The marks that were stored with an attempt; None if it was not handed in."""
    if attempt.finished_at is None or attempt.marks is None:
        return None
    try:
        return handed_in(attempt.marks, number=attempt.number, finished_at=attempt.finished_at)
    except ValueError as error:  # no JSON, or other JSON: nobody's marks are made up
        raise StoreError(
            f"the marks of attempt {attempt.id} cannot be read",
            fix="Another program wrote them; restore the store from a copy.",
        ) from error


def counted_attempt(attempts: Sequence[StoredAttempt], quiz: Quiz) -> StoredAttempt | None:
    """Of one student's attempts, the one that counts."""
    done = filter(None, map(graded, attempts))
    chosen = counting(done, quiz.rules.counts)
    return next((a for a in attempts if chosen and a.number == chosen.number), None)
