"""What one student took: every attempt at every quiz of a store, with what it earned."""

from collections import defaultdict
from dataclasses import dataclass

from grader.courses.chosen_quiz import QuizKey, key_of
from grader.courses.handed_in import graded
from grader.quiz.marking.gradebook import HandedIn
from grader.store.quiz_store import QuizStore, StoredAttempt


@dataclass(frozen=True, slots=True)
class TakenAttempt:
    """An attempt; `handed_in` is None while it goes on."""

    stored: StoredAttempt
    handed_in: HandedIn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentQuiz:
    """The attempts of a student at one quiz, oldest first."""

    key: QuizKey
    title: str
    attempts: tuple[TakenAttempt, ...]


def student_quizzes(store: QuizStore, student: str) -> tuple[StudentQuiz, ...]:
    """The quizzes that a student began, without practice, by name."""
    found: dict[QuizKey, list[StoredAttempt]] = defaultdict(list)
    for attempt in store.attempts(student=student):
        if not (key := key_of(attempt)).is_practice:
            found[key].append(attempt)
    return tuple(
        StudentQuiz(
            key=key,
            title=attempts[-1].quiz.title if attempts[-1].quiz else key.name,
            attempts=tuple(TakenAttempt(one, graded(one)) for one in attempts),
        )
        for key, attempts in sorted(found.items())
    )
