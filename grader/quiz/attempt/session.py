"""One attempt at a quiz, as a state machine.

A session is a value: an event makes a new one, or is refused with a reason. Time comes with the
events, and whoever applies them stores them, so a session can be replayed from what was stored.
After the deadline only `Finished` is taken, and hands in what was answered before.

    asking ──(last question passed)──> reviewing ──Finished──> finished
       └──────────Moved──────────────────┘
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from grader.quiz.attempt.rules import PRACTICE, Feedback, Rules, moment
from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Doubt, Item, Rejected, Response
from grader.quiz.items.shuffle import shuffled
from grader.quiz.marking.scoring import Marks, mark_all
from grader.text import counted


class Phase(StrEnum):
    """Where an attempt stands."""

    ASKING = "asking"
    REVIEWING = "reviewing"  # past the last question, not yet finished
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer to a question. `confirmed` says that a doubtful one is meant.

    `number` is what a store gave it. `after` is the number of the answer that the taker saw when
    giving this one; None where nobody can have answered meanwhile.
    """

    item: str
    response: Response
    at: datetime
    confirmed: bool = False
    number: int = field(default=0, compare=False)
    after: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A text as far as it is written; empty, if it is thrown away."""

    item: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """The taker goes to another question; past the last one is the review."""

    position: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The taker hands in the attempt."""

    at: datetime


Event = Answered | Drafted | Moved | Finished


@dataclass(frozen=True, kw_only=True)
class Session:
    """An attempt at the questions of a topic, or at those drawn from a quiz.

    The seed decides the order of questions, options and steps.
    """

    topic: Topic
    seed: int
    started_at: datetime
    rules: Rules = PRACTICE
    position: int = 0
    answers: Mapping[str, Answered] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)  # of questions without a newer answer
    finished_at: datetime | None = None

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The questions in the order in which they are asked."""
        by_id = {item.id: item for item in self.topic.items_for(self.seed)}
        if not self.rules.shuffle:
            return tuple(by_id.values())
        return tuple(by_id[name] for name in shuffled(by_id, seed=self.seed, salt="questions"))

    @property
    def phase(self) -> Phase:
        if self.finished_at is not None:
            return Phase.FINISHED
        return Phase.ASKING if self.position < len(self.items) else Phase.REVIEWING

    @property
    def current(self) -> Item:
        """The question that is asked; only while asking."""
        return self.items[self.position]

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The positions of the questions without an answer."""
        return tuple(n for n, item in enumerate(self.items) if item.id not in self.answers)

    @property
    def next_position(self) -> int:
        """The next question without an answer; without one, the review."""
        later = (place for place in self.unanswered if place > self.position)
        return next(later, len(self.items))

    @property
    def deadline(self) -> datetime | None:
        """The last moment for an answer."""
        return self.rules.deadline(self.started_at)

    def time_left(self, at: datetime) -> timedelta | None:
        """The time until the deadline, not below zero; None without a deadline."""
        return None if self.deadline is None else max(self.deadline - at, timedelta(0))

    def is_over(self, at: datetime) -> bool:
        """Whether the deadline has passed before the attempt was handed in."""
        late = self.rules.too_late(at, started_at=self.started_at)
        return self.phase != Phase.FINISHED and late != ""

    def shows_feedback(self, at: datetime) -> bool:
        """Whether marks, keys and explanations of the whole attempt may be shown."""
        return self.rules.shows_feedback(at, is_finished=self.phase == Phase.FINISHED)

    def why_no_marks(self) -> str:
        """Why no marks are shown of the attempt, without a word on what they are."""
        saved = f"{counted(len(self.answers), 'answer')} of {len(self.items)} saved"
        if self.rules.feedback == Feedback.CLOSED and self.rules.closes:
            end = max(self.rules.closes, self.rules.closes_for_all or self.rules.closes)
            return f"{saved}; marks are shown once it has closed {moment(end)}"
        return f"{saved}; this quiz shows no marks"

    def is_final(self, item: str) -> bool:
        """Whether the answer to this question can no longer change."""
        shown = self.rules.feedback == Feedback.NOW and item in self.answers
        return shown or self.phase == Phase.FINISHED

    def marks(self) -> Marks:
        """The marks so far; questions without an answer count as unanswered."""
        return mark_all(
            self.items, {name: answer.response for name, answer in self.answers.items()}
        )

    def apply(self, event: Event) -> "Session | Rejected | Doubt":
        """The session after the event, or why it is refused."""
        match event:
            case Answered():
                return self._answered(event)
            case Drafted():
                return self._drafted(event)
            case Moved():
                if self.phase == Phase.FINISHED:
                    return Rejected("the attempt is finished")
                return replace(self, position=min(max(event.position, 0), len(self.items)))
            case Finished():
                # handing in twice is harmless: the first time counts
                at = event.at if self.deadline is None else min(event.at, self.deadline)
                answers = {**self._drafts_as_answers(at), **self.answers}
                return replace(self, answers=answers, drafts={}, finished_at=self.finished_at or at)

    def _answered(self, event: Answered) -> "Session | Rejected | Doubt":
        item = next((item for item in self.items if item.id == event.item), None)
        if item is None:
            return Rejected(f"there is no question {event.item!r} in this attempt")
        earlier = self.answers.get(item.id)
        if earlier is not None and earlier.response == event.response:
            return self  # sent twice, perhaps late
        if refusal := self._refusal(event.at, item=item.id):
            return Rejected(refusal)
        doubt = None if event.confirmed else item.doubt(event.response, seed=self.seed)
        if doubt is not None:
            return doubt
        drafts = {name: text for name, text in self.drafts.items() if name != item.id}
        return replace(self, answers={**self.answers, item.id: event}, drafts=drafts)

    def _drafted(self, event: Drafted) -> "Session | Rejected":
        if refusal := self._refusal(event.at, item=event.item):
            return Rejected(refusal)
        drafts = {name: text for name, text in self.drafts.items() if name != event.item}
        if event.text:
            drafts[event.item] = event.text
        return replace(self, drafts=drafts)

    def _drafts_as_answers(self, at: datetime) -> dict[str, Answered]:
        items = {item.id: item for item in self.items}
        read = {name: items[name].read(text) for name, text in self.drafts.items() if name in items}
        return {
            name: Answered(item=name, response=response, at=at)
            for name, response in read.items()
            if not isinstance(response, Rejected)
        }

    def _refusal(self, at: datetime, *, item: str) -> str:
        """Why no answer to a question is taken at this moment; empty if one is."""
        if self.phase == Phase.FINISHED:
            return "the attempt is finished"
        if early := self.rules.too_early(at):
            return f"the quiz is not open, {early}"
        if late := self.rules.too_late(at, started_at=self.started_at):
            return f"{late}, and what was saved before counts"
        return "this answer is final" if self.is_final(item) else ""


def resumed(session: Session, answers: Iterable[Answered]) -> tuple[Session, tuple[str, ...]]:
    """A fresh session with the stored answers, oldest first, at the first question without one.

    Answers that no longer fit, because the question was changed or removed, are left out; the ids
    of their questions come second. Of several answers to one question the last counts, or the
    first if its feedback was shown. Answers were judged when they came, so none is late here.
    """
    items = {item.id: item for item in session.items}
    kept: dict[str, Answered] = {}
    lost: dict[str, None] = {}
    for answer in answers:
        response = items[answer.item].read(answer.response) if answer.item in items else None
        if response is None or isinstance(response, Rejected):
            lost[answer.item] = None
        elif answer.item not in kept or session.rules.feedback != Feedback.NOW:
            kept[answer.item] = replace(answer, response=response)
    session = replace(session, answers=kept, position=-1)
    session = replace(session, position=session.next_position)
    return session, tuple(name for name in lost if name not in kept)
