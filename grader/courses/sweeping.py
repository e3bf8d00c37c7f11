"""Attempts to which nobody comes back are handed in when their time is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grader.courses.attempts import settle
from grader.courses.identities import recognised
from grader.errors import GraderError
from grader.quiz.attempt.quiz import Quiz
from grader.store.quiz_store import QuizStore


@dataclass(frozen=True, slots=True)
class Swept:
    """How many attempts were handed in, and what kept a quiz from being looked at."""

    handed_in: int
    faults: tuple[GraderError, ...]


def sweep(store: QuizStore, quizzes: Iterable[Quiz], *, at: datetime) -> Swept:
    """Hand in what was saved of each attempt whose time is over.

    A quiz that cannot be settled keeps no other from it.
    """
    handed_in = 0
    faults: list[GraderError] = []
    going_on = store.unfinished()
    for quiz in quizzes if going_on else ():
        try:
            known = recognised(store, quiz)
            for one in going_on:
                if known is not None and one.quiz is not None and one.quiz.id == known.id:
                    handed_in += settle(store, quiz, one, at=at).finished_at is not None
        except GraderError as error:
            faults.append(error)
    return Swept(handed_in, tuple(faults))
