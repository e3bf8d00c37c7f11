"""Attempts at a quiz of the made-up course: some know more than others, and all of it is chance."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from grader.courses.attempts import WantedAttempt, begin
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.session import Answered, Finished, Session
from grader.quiz.items.form import ANSWER, OptionsForm
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item, Rejected, Response
from grader.store.accounts_store import Enrolment
from grader.store.quiz_store import QuizStore

_SEED = 3
_WORDS = (
    "Each position may only see what comes before it.",
    "So that it is faster.",
    "The softmax needs it.",
)


def take_quiz(store: QuizStore, quiz: Quiz, students: Sequence[Enrolment], *, at: datetime) -> None:
    """Let students take a quiz and hand it in, one after another until then."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret; the same course each time
    for number, student in enumerate(students):
        began = at - timedelta(hours=3 * (len(students) - number))
        wish = WantedAttempt(student=student.person)
        attempt = begin(store, quiz, wish, number=1, seed=number + 1, at=began)
        knows, pace, session = chance.uniform(0.45, 0.95), chance.randint(40, 90), attempt.session
        for place, item in enumerate(session.items, start=1):
            given = _given(item, session.seed, knows, chance)
            now = began + timedelta(seconds=place * pace)
            if given is not None:
                event = Answered(item=item.id, response=given, at=now, confirmed=True)
                session = _after(session, event)
                attempt.save(event, session)
        done = Finished(began + timedelta(seconds=(len(session.items) + 1) * pace))
        attempt.save(done, _after(session, done))


def _given(item: Item, seed: int, knows: float, chance: random.Random) -> Response | None:
    """The right answer, another one, or none."""
    if isinstance(item, Text):
        return chance.choice(_WORDS)
    if chance.random() < knows:
        return item.key()
    form = item.form(seed)
    if not isinstance(form, OptionsForm):
        return None
    typed = form.typed({ANSWER: [chance.choice(form.options).label]})
    read = item.read_typed(typed, seed=seed)
    return None if isinstance(read, Rejected) else read


def _after(session: Session, event: Answered | Finished) -> Session:
    after = session.apply(event)
    assert isinstance(after, Session)
    return after
