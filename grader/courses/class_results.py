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

    course: str  # empty without one
    name: str
    title: str  # empty for attempts of an earlier version that no quiz has claimed
    students: int
    attempts: int


def quizzes_in(store: QuizStore) -> tuple[QuizInStore, ...]:
    """Every quiz and topic of a store, by course and name."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for attempt in store.attempts():
        quiz = attempt.quiz
        names = (quiz.course, quiz.name, quiz.title) if quiz else ("", attempt.topic, "")
        found.setdefault(names, []).append(attempt.student)
    return tuple(
        QuizInStore(*names, students=len(set(students)), attempts=len(students))
        for names, students in sorted(found.items())
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
