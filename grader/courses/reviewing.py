"""Looking back at an attempt: its marks, as soon as the quiz lets them be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.courses.attempts import NotNow, opened, settled
from grader.courses.handed_in import counted_attempt, stored_marks
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.session import Phase
from grader.quiz.marking.scoring import Marks
from grader.store.quiz_store import QuizStore, StoredAttempt


class NoSuchAttempt(NotNow):
    """There is no attempt to look at; one may be begun."""


class NotHandedIn(NotNow):
    """The attempt is still going on."""


@dataclass(frozen=True, slots=True)
class ReviewedAttempt:
    """An attempt whose marks may be seen."""

    number: int
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """Which attempt is meant: by its number, or by None the one that counts."""

    student: str
    number: int | None = None


def review(store: QuizStore, quiz: Quiz, past: PastAttempt, *, at: datetime) -> ReviewedAttempt:
    """An attempt with its marks. Attempts whose time is up are handed in first.

    Raises:
        NoSuchAttempt: the student has no such attempt.
        NotHandedIn: it is going on.
        NotNow: its marks are not shown, or not yet.
    """
    chosen = chosen_attempt(settled(store, quiz, at=at, student=past.student), quiz, past)
    session = opened(store, quiz, chosen).session
    if session.phase != Phase.FINISHED:
        raise NotHandedIn(f"attempt number {chosen.number} is not handed in", at=quiz.name)
    if not session.shows_feedback(at):
        raise NotNow(session.why_no_marks(), at=quiz.name)
    return ReviewedAttempt(chosen.number, stored_marks(chosen, session))


def review_instead(
    store: QuizStore,
    quiz: Quiz,
    attempts: Sequence[StoredAttempt],
    *,
    refusal: str,
    at: datetime,
) -> ReviewedAttempt:
    """The attempt that counts, for a student who may begin none.

    Args:
        attempts: all that the student began.
        refusal: why none may be begun.

    Raises:
        NotNow: there is nothing to be shown either.
    """
    chosen = counted_attempt(attempts, quiz)
    if chosen is None:
        raise NotNow(refusal, at=quiz.name)
    session = opened(store, quiz, chosen).session
    if not session.shows_feedback(at):
        raise NotNow(f"{refusal}; {session.why_no_marks()}", at=quiz.name)
    return ReviewedAttempt(chosen.number, stored_marks(chosen, session))


def chosen_attempt(attempts: list[StoredAttempt], quiz: Quiz, past: PastAttempt) -> StoredAttempt:
    """The attempt of a student that is meant.

    Raises:
        NoSuchAttempt: there is none.
    """
    if past.number is None:
        chosen = counted_attempt(attempts, quiz)
    else:
        chosen = next((one for one in attempts if one.number == past.number), None)
    if chosen is None:
        number = past.number
        which = f"attempt number {number}" if number else "attempt that was handed in"
        raise NoSuchAttempt(f"{past.student} has no {which}", at=quiz.name)
    return chosen
