"""An attempt between the store, which keeps it, and the session, which knows the rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from grader.courses.identities import entered, recognised
from grader.errors import GraderError
from grader.quiz.attempt.identity import is_same_quiz
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.rules import Feedback
from grader.quiz.attempt.session import (
    Answered,
    Drafted,
    Event,
    Finished,
    Session,
    resumed,
)
from grader.quiz.items.form import TextForm
from grader.quiz.marking.scoring import marks_to_json
from grader.store.quiz_store import AttemptProgress, QuizStore, StoredAnswer, StoredAttempt
from grader.text import counted

A_MINUTE = timedelta(minutes=1)


class NotNow(GraderError):
    """The rules of a quiz allow no attempt at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAttempt:
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

    def save(self, event: Event, session: Session) -> Session:
        """Store what an event changed; the session as the store then has it.

        `session` is the one after the event. What another window stored meanwhile is in the
        session that comes back, and the attempt may be finished there.
        """
        key = self.stored.id
        match event:
            case Answered():
                self._stored_number(event, session)
            case Drafted():
                self.store.save_draft(key, item=event.item, text=event.text, at=event.at)
            case Finished():
                at = session.finished_at or event.at
                self.store.hand_in(key, at=at, mark=lambda given: self._marks(session, given))
            case _:
                return session
        return self._as_stored(session)

    def save_answer(self, event: Answered, session: Session) -> Session:
        """As `save`, but what other windows stored is only looked at if the answer is not stored.

        It is half the work where many answer at the same moment.
        """
        number = self._stored_number(event, session)
        if not number:
            return self._as_stored(session)
        kept = replace(event, number=number)
        return replace(session, answers={**session.answers, event.item: kept})

    def _as_stored(self, session: Session) -> Session:
        now = self.store.progress(self.stored.id)
        fresh = replace(session, finished_at=now.attempt.finished_at, drafts=now.drafts)
        fresh, _ = resumed(fresh, map(_answered, now.answers))
        return replace(fresh, position=session.position)

    def _stored_number(self, event: Answered, session: Session) -> int:
        """Of the answer in the store; 0 if it is not the one that counts there."""
        return self.store.save_answer(
            self.stored.id,
            item=event.item,
            response=event.response,
            at=event.at,
            is_final=session.rules.feedback == Feedback.NOW,
            after=event.after,
            continues_since=self._typed_since(event),
        )

    def _typed_since(self, event: Answered) -> datetime | None:
        """From when on a stored text is the beginning of this one, which is saved as it is typed.

        Every few seconds a row would otherwise hold the whole text once more.
        """
        item = next((item for item in self.session.items if item.id == event.item), None)
        is_text = item is not None and isinstance(item.form(self.session.seed), TextForm)
        return event.at - A_MINUTE if is_text and event.after is not None else None

    def _marks(self, session: Session, given: Iterable[StoredAnswer]) -> str:
        all_given, _ = resumed(session, map(_answered, given))
        marks = marks_to_json(all_given.marks(), topic=session.topic, student=self.stored.student)
        return marks.decode()


def settle(store: QuizStore, quiz: Quiz, stored: StoredAttempt, *, at: datetime) -> StoredAttempt:
    """Hand in what was saved of an attempt whose time is up; others stay as they are."""
    attempt = opened(store, quiz, stored)
    if not attempt.session.is_over(at):
        return stored
    event = Finished(at)
    after = attempt.session.apply(event)
    assert isinstance(after, Session)
    attempt.save(event, after)
    return store.attempt(stored.id)


def settled(
    store: QuizStore, quiz: Quiz, *, at: datetime, student: str | None = None
) -> list[StoredAttempt]:
    """The attempts of a student, or of all; those whose time is up are handed in first.

    Raises:
        CourseError: the store knows another quiz by the identity of this one.
    """
    known = recognised(store, quiz)
    found = store.attempts(student=student, quiz=known.id) if known else ()
    return [one if one.finished_at else settle(store, quiz, one, at=at) for one in found]


def own_attempt(
    store: QuizStore, quiz: Quiz, *, student: str, number: int, at: datetime
) -> Attempt | None:
    """A student's attempt of this number, handed in if its time is up; None if there is none.

    Raises:
        CourseError: the store knows another quiz by the identity of this one.
    """
    now = store.own_progress(
        student=student,
        number=number,
        course=quiz.course.key,
        name=quiz.name,
        is_practice=quiz.practice is not None,
    )
    if now is None or now.attempt.quiz is None or not is_same_quiz(quiz, now.attempt.quiz):
        known = recognised(store, quiz)  # perhaps it was renamed, or is another one
        found = store.attempts(student=student, quiz=known.id) if known else ()
        stored = next((one for one in found if one.number == number), None)
        now = store.progress(stored.id) if stored else None
    if now is None:
        return None
    attempt, _ = _with_answers(store, quiz, now)
    if not attempt.session.is_over(at):
        return attempt
    return opened(store, quiz, settle(store, quiz, now.attempt, at=at))


def unfinished(
    store: QuizStore, quiz: Quiz, wish: WantedAttempt, *, earlier: Iterable[StoredAttempt]
) -> Attempt | None:
    """The attempt to go on with: the last one, if it was not handed in."""
    last = [*earlier][-1:]
    if not last or last[0].finished_at is not None or wish.new:
        return None
    return _resumed(store, quiz, wish, last[0])


def begin(
    store: QuizStore, quiz: Quiz, wish: WantedAttempt, *, number: int, seed: int, at: datetime
) -> Attempt:
    """Begin an attempt with this number.

    Raises:
        NotNow: the rules of the quiz do not allow one.
        CourseError: the store knows another quiz by the identity of this one.
    """
    if refusal := quiz.rules_for(wish.student).no_attempt(at, begun=number - 1):
        raise NotNow(refusal, at=quiz.name)
    items = quiz.draw(seed)
    stored = store.begin(
        student=wish.student,
        quiz=entered(store, quiz),
        topic_digest=quiz.paper(items).digest,
        seed=seed,
        settings={"feedback": wish.feedback or quiz.rules.feedback, "items": list(items)},
        at=at,
        number=number,
    )
    notes = (f"This is your attempt number {number}.",) if number > 1 else ()
    return replace(opened(store, quiz, stored), notes=notes)


def opened(store: QuizStore, quiz: Quiz, stored: StoredAttempt) -> Attempt:
    """A stored attempt with its session, whether or not it was handed in."""
    return _with_answers(store, quiz, store.progress(stored.id))[0]


def _with_answers(
    store: QuizStore, quiz: Quiz, now: AttemptProgress
) -> tuple[Attempt, tuple[str, ...]]:
    """The attempt, and the questions whose answers no longer fit."""
    session = replace(_session(quiz, now.attempt), drafts=now.drafts)
    session, lost = resumed(session, map(_answered, now.answers))
    return Attempt(store=store, stored=now.attempt, session=session), lost


def _resumed(store: QuizStore, quiz: Quiz, wish: WantedAttempt, stored: StoredAttempt) -> Attempt:
    attempt, lost = _with_answers(store, quiz, store.progress(stored.id))
    session = attempt.session
    notes = [f"Resumed: {len(session.answers)} of {len(session.items)} questions have an answer."]
    if session.topic.digest != stored.topic_digest:
        notes.append("The questions have changed since this attempt began.")
    if lost:
        notes.append(f"{counted(len(lost), 'earlier answer')} could not be kept.")
    feedback = session.rules.feedback
    if wish.seed not in (None, session.seed) or wish.feedback not in (None, feedback):
        notes.append(
            f"An attempt keeps its seed ({session.seed}) and feedback ({feedback});"
            " --new begins another."
        )
    return replace(attempt, notes=tuple(notes))


def _session(quiz: Quiz, stored: StoredAttempt) -> Session:
    rules = quiz.rules_for(stored.student)
    if quiz.practice is not None:  # a quiz's own rules may be changed for all, e.g. a later close
        rules = replace(rules, feedback=Feedback(stored.settings["feedback"]))
    return Session(
        topic=quiz.paper(stored.settings.get("items", ())),
        seed=stored.seed,
        started_at=stored.started_at,
        rules=rules,
        finished_at=stored.finished_at,
    )


def _answered(answer: StoredAnswer) -> Answered:
    return Answered(
        item=answer.item, response=answer.response, at=answer.answered_at, number=answer.number
    )
