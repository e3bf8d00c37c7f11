"""A student comes to a quiz: an attempt to go on with, one to begin, or one to look back at."""

from dataclasses import dataclass
from datetime import datetime

from grader.courses.attempts import Attempt, NotNow, WantedAttempt, settled, unfinished
from grader.courses.reviewing import ReviewedAttempt, review_instead
from grader.quiz.attempt.quiz import Quiz
from grader.store.quiz_store import QuizStore


@dataclass(frozen=True, slots=True)
class MayBegin:
    """The student may begin the attempt of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class NoneLeft:
    """No attempt may be begun, and why; but the marks of an earlier one may be seen."""

    why: str
    reviewed: ReviewedAttempt


def must_be_open(quiz: Quiz, *, at: datetime) -> None:
    """Whether its time has come; an attempt begun before the opening was moved waits.

    Raises:
        NotNow: the quiz has not opened yet.
    """
    if early := quiz.rules.too_early(at):
        raise NotNow(early, at=quiz.name)


def arrive(
    store: QuizStore, quiz: Quiz, wanted: WantedAttempt, *, at: datetime
) -> Attempt | MayBegin | NoneLeft:
    """What a student who comes to a quiz finds. Nothing is begun by that.

    Attempts whose time is up are handed in first.

    Raises:
        NotNow: the quiz is not open, or no attempt may be begun and no marks may be seen.
    """
    must_be_open(quiz, at=at)
    earlier = settled(store, quiz, at=at, student=wanted.student)
    if attempt := unfinished(store, quiz, wanted, earlier=earlier):
        return attempt
    if refusal := quiz.rules_for(wanted.student).no_attempt(at, begun=len(earlier)):
        return NoneLeft(refusal, review_instead(store, quiz, earlier, refusal=refusal, at=at))
    return MayBegin(len(earlier) + 1)


def seed_to_begin(quiz: Quiz, wanted: WantedAttempt, *, number: int, drawn: int) -> int:
    """The seed of a new attempt: by the course's secret for a quiz, free for practice.

    Args:
        number: of the attempt.
        drawn: the seed of practice for which none is wanted.
    """
    if quiz.practice is None:
        return quiz.seed(student=wanted.student, number=number)
    return drawn if wanted.seed is None else wanted.seed
