"""Where a student stands with a quiz: what is open, what is used up, and the one thing to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from grader.courses.attempts import opened, settled
from grader.courses.handed_in import counted_attempt, stored_marks
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.rules import Rules
from grader.quiz.attempt.session import Session
from grader.quiz.marking.scoring import Marks
from grader.store.quiz_store import QuizStore, StoredAttempt


class NextStep(StrEnum):
    """What a student can do next with a quiz."""

    WAIT = "not open yet"
    BEGIN = "open"
    GO_ON = "begun"
    DONE = "done"  # handed in, and no other attempt may be begun
    MISSED = "closed"  # without an attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizStanding:
    """A student and a quiz at one moment."""

    quiz: Quiz
    rules: Rules  # for this student
    step: NextStep
    attempts: tuple[StoredAttempt, ...]
    why_not: str = ""  # why no other attempt may be begun
    going_on: Session | None = None  # the attempt that is not handed in
    time_left: timedelta | None = None  # of that one
    counted: StoredAttempt | None = None
    marks: Marks | None = None  # of the one that counts, where they may be shown

    @property
    def number(self) -> int:
        """Of the attempt to go on with or to begin."""
        return len(self.attempts) if self.going_on else len(self.attempts) + 1


def standing(store: QuizStore, quiz: Quiz, *, student: str, at: datetime) -> QuizStanding:
    """Where a student stands. Attempts whose time is up are handed in first.

    Raises:
        CourseError: the store knows another quiz by the identity of this one.
    """
    rules = quiz.rules_for(student)
    attempts = tuple(settled(store, quiz, at=at, student=student))
    why_not = rules.no_attempt(at, begun=len(attempts))
    going_on = None
    if attempts and attempts[-1].finished_at is None:
        going_on = opened(store, quiz, attempts[-1]).session
    counted = counted_attempt(attempts, quiz)
    return QuizStanding(
        quiz=quiz,
        rules=rules,
        step=_step(rules, at, is_going_on=going_on is not None, has=counted, why_not=why_not),
        attempts=attempts,
        why_not=why_not,
        going_on=going_on,
        time_left=going_on.time_left(at) if going_on else None,
        counted=counted,
        marks=_marks(store, quiz, counted, at),
    )


def _step(
    rules: Rules, at: datetime, *, is_going_on: bool, has: StoredAttempt | None, why_not: str
) -> NextStep:
    if rules.too_early(at):
        return NextStep.WAIT
    if is_going_on:
        return NextStep.GO_ON
    if not why_not:
        return NextStep.BEGIN
    return NextStep.DONE if has else NextStep.MISSED


def _marks(
    store: QuizStore, quiz: Quiz, attempt: StoredAttempt | None, at: datetime
) -> Marks | None:
    if attempt is None:
        return None
    session = opened(store, quiz, attempt).session
    return stored_marks(attempt, session) if session.shows_feedback(at) else None
