"""An attempt between the store, which keeps it, and the session, which knows the rules."""

from dataclasses import dataclass
from datetime import datetime

from grader.quiz.bank import Topic
from grader.quiz.marks import counted
from grader.quiz.scoring import marks_to_json
from grader.quiz.session import Answered, Event, Feedback, Finished, Session, resumed
from grader.store.quiz_store import QuizStore, StoredAttempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the taker asked for; None leaves it to the attempt, or to the default of a new one."""

    student: str
    seed: int | None = None
    feedback: Feedback | None = None
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A stored attempt, the session as it was when opened, and what the taker should know."""

    store: QuizStore
    stored: StoredAttempt
    session: Session
    notes: tuple[str, ...] = ()

    def save(self, event: Event, session: Session) -> None:
        """Store what an event changed; `session` is the one after it."""
        key = self.stored.id
        if isinstance(event, Answered):
            self.store.save_answer(key, item=event.item, response=event.response, at=event.at)
        elif isinstance(event, Finished):
            marks = marks_to_json(session.marks(), topic=session.topic, student=self.stored.student)
            self.store.finish(key, at=event.at, marks=marks.decode())


def open_attempt(
    store: QuizStore, topic: Topic, wish: Wish, *, new_seed: int, at: datetime
) -> Attempt:
    """Resume the student's unfinished attempt at a topic, or begin one.

    `new_seed` is for a new attempt when the taker named none.
    """
    earlier = store.attempts(student=wish.student, topic=topic.name)
    if earlier and earlier[-1].finished_at is None and not wish.new:
        return _resume(store, topic, wish, earlier[-1])
    feedback = wish.feedback or Feedback.NOW
    stored = store.begin(
        student=wish.student,
        topic=topic.name,
        topic_digest=topic.digest,
        seed=new_seed if wish.seed is None else wish.seed,
        settings={"feedback": feedback},
        at=at,
    )
    notes = (f"This is your attempt number {len(earlier) + 1}.",) if earlier else ()
    return Attempt(store=store, stored=stored, session=_session(topic, stored), notes=notes)


def _resume(store: QuizStore, topic: Topic, wish: Wish, stored: StoredAttempt) -> Attempt:
    answers = (
        Answered(item=answer.item, response=answer.response, at=answer.answered_at)
        for answer in store.answers(stored.id)
    )
    session, lost = resumed(_session(topic, stored), answers)
    notes = [f"Resumed: {len(session.answers)} of {len(session.items)} questions have an answer."]
    if topic.digest != stored.topic_digest:
        notes.append("The questions have changed since this attempt began.")
    if lost:
        notes.append(f"{counted(len(lost), 'earlier answer')} could not be kept.")
    if wish.seed not in (None, session.seed) or wish.feedback not in (None, session.feedback):
        notes.append(
            f"An attempt keeps its seed ({session.seed}) and feedback ({session.feedback});"
            " --new begins another."
        )
    return Attempt(store=store, stored=stored, session=session, notes=tuple(notes))


def _session(topic: Topic, stored: StoredAttempt) -> Session:
    return Session(
        topic=topic,
        seed=stored.seed,
        started_at=stored.started_at,
        feedback=Feedback(stored.settings["feedback"]),
    )
