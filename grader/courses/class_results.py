"""The class at a quiz, from a store: who handed in, and what it earned."""

from dataclasses import dataclass
from datetime import datetime

from grader.courses.attempts import settled
from grader.courses.handed_in import graded
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.marking.gradebook import Line, line
from grader.store.quiz_store import QuizStore, StoredAttempt


@dataclass(frozen=True, slots=True)
class QuizInStore:
    """A quiz or a topic of a store, and how much it was taken."""

    name: str
    students: int
    attempts: int


def quizzes_in(store: QuizStore) -> tuple[QuizInStore, ...]:
    """Every quiz and topic of a store, by name."""
    found: dict[str, list[str]] = {}
    for attempt in store.attempts():
        found.setdefault(attempt.topic, []).append(attempt.student)
    return tuple(
        QuizInStore(name, len(set(students)), len(students))
        for name, students in sorted(found.items())
    )


def class_results(store: QuizStore, quiz: Quiz, *, at: datetime) -> tuple[Line, ...]:
    """The lines of all students, by name. Attempts whose time is up are handed in first."""
    by_student: dict[str, list[StoredAttempt]] = {}
    for attempt in settled(store, quiz, at=at):
        by_student.setdefault(attempt.student, []).append(attempt)
    return tuple(
        line(student, map(graded, attempts), quiz.rules.counts)
        for student, attempts in sorted(by_student.items())
    )
