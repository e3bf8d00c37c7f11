"""One marker at the answers that wait, as a state machine.

A marking session is a value: an event makes a new one, or is refused with a sentence. Times come
with the events. What was decided is in the session, and whoever applies the events keeps it, so
neither a terminal nor a page holds anything of its own.

    an answer ──AnswerKept, AnswerSkipped──> the next one ──...──> over
        ^──────────────AnswerTakenBack──────────────┘
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Doubt, Rejected
from grader.quiz.marking.decisions import Entry, Marked, Unmarked
from grader.quiz.marking.sheets import WaitingAnswer
from grader.text import counted

Markings = Mapping[tuple[str, str], Marked]  # what holds, by sheet and question


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkingDraft:
    """What is ticked and written about an answer, and not yet kept."""

    ticked: frozenset[str] = frozenset()  # items of the rubric
    misconceptions: frozenset[str] = frozenset()
    comment: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.ticked or self.misconceptions or self.comment)

    def points(self, item: Text) -> int:
        """What the ticks earn."""
        return sum(point.points for point in item.rubric if point.id in self.ticked)


@dataclass(frozen=True, slots=True)
class RubricToggled:
    """An item of the rubric is ticked, or no longer."""

    point: str


@dataclass(frozen=True, slots=True)
class MisconceptionToggled:
    """A mistaken idea is ticked, or no longer."""

    misconception: str


@dataclass(frozen=True, slots=True)
class Commented:
    """The comment is this one from now on; an empty one is none."""

    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKept:
    """The draft is the marking of the answer. `confirmed` says that no tick at all is meant.

    `markings` is what holds at this moment, so that it can be brought back.
    """

    marker: str
    at: datetime
    markings: Markings
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSkipped:
    """The answer waits on."""


@dataclass(frozen=True, slots=True)
class AnswerTakenBack:
    """The last marking of this session is undone; what was ticked for it is the draft again."""

    at: datetime


MarkingEvent = (
    RubricToggled | MisconceptionToggled | Commented | AnswerKept | AnswerSkipped | AnswerTakenBack
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """A marking that can be taken back: where it was made, and what held of each sheet before."""

    position: int
    draft: MarkingDraft
    before: Mapping[str, Marked | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkingSession:
    """The answers to be marked, and how far the marker has come.

    `sheets` are those of the current answer that nobody else has marked meanwhile. `entries` is
    what was decided in this session, oldest first; it only grows, also when a marking is undone.
    """

    queue: tuple[WaitingAnswer, ...]
    again: bool = False  # whether answers are shown that are marked already
    position: int = 0
    sheets: tuple[str, ...] = ()
    draft: MarkingDraft = MarkingDraft()
    kept: tuple[KeptAnswer, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether no answer is left to be shown."""
        return self.position >= len(self.queue)

    @property
    def current(self) -> WaitingAnswer:
        """The answer that is marked, with the sheets that wait; only before the end."""
        return replace(self.queue[self.position], sheets=self.sheets)

    def refreshed(self, markings: Markings) -> "MarkingSession":
        """The session at the next answer that waits, after a look at what holds now.

        What somebody else has marked in the meantime is left out, and with `again` nothing is.
        """
        session = self
        while not session.is_over:
            session = replace(session, sheets=session._unmarked(markings))
            if session.sheets:
                break
            session = session._at(session.position + 1)
        return session

    def apply(self, event: MarkingEvent) -> "MarkingSession | Rejected | Doubt":
        """The session after the event, or why it is refused."""
        if isinstance(event, AnswerTakenBack):
            return self._taken_back(event.at)
        if self.is_over:
            return Rejected("no answer is left to be marked")
        match event:
            case RubricToggled():
                return self._toggled(event.point)
            case MisconceptionToggled():
                return self._toggled_idea(event.misconception)
            case Commented():
                return self._with_draft(replace(self.draft, comment=event.comment.strip()))
            case AnswerSkipped():
                return self._at(self.position + 1)
            case AnswerKept():
                return self._keep(event)

    def _toggled(self, point: str) -> "MarkingSession | Rejected":
        if point not in {there.id for there in self.current.item.rubric}:
            return Rejected(f"there is no rubric item {point!r} here")
        return self._with_draft(replace(self.draft, ticked=self.draft.ticked ^ {point}))

    def _toggled_idea(self, name: str) -> "MarkingSession | Rejected":
        if name not in self.current.item.misconceptions:
            return Rejected(f"there is no mistaken idea {name!r} here")
        return self._with_draft(
            replace(self.draft, misconceptions=self.draft.misconceptions ^ {name})
        )

    def _keep(self, event: AnswerKept) -> "MarkingSession | Doubt":
        answer = self.current
        if not self.draft.ticked and not event.confirmed:
            return Doubt(f"Nothing is ticked: 0 of {counted(answer.item.points, 'point')}.")
        before = {sheet: event.markings.get((sheet, answer.item.id)) for sheet in answer.sheets}
        step = KeptAnswer(position=self.position, draft=self.draft, before=before)
        made = (_marked(sheet, answer, self.draft, event) for sheet in answer.sheets)
        after = replace(self, kept=(*self.kept, step), entries=(*self.entries, *made))
        return after._at(self.position + 1)

    def _taken_back(self, at: datetime) -> "MarkingSession | Rejected":
        if not self.kept:
            return Rejected("nothing was marked yet that could be undone")
        *earlier, step = self.kept
        question = self.queue[step.position].item.id
        restored = (
            before or Unmarked(sheet=sheet, question=question, at=at)
            for sheet, before in step.before.items()
        )
        return replace(
            self,
            position=step.position,
            sheets=tuple(step.before),
            draft=step.draft,
            kept=tuple(earlier),
            entries=(*self.entries, *restored),
        )

    def _at(self, position: int) -> "MarkingSession":
        """The session at an answer that is not yet touched; an earlier marking is its draft."""
        here = self.queue[position : position + 1]
        return replace(
            self,
            position=position,
            sheets=here[0].sheets if here else (),
            draft=_draft_of(here[0].earlier if here else None),
        )

    def _unmarked(self, markings: Markings) -> tuple[str, ...]:
        answer = self.queue[self.position]
        if self.again or answer.earlier is not None:
            return answer.sheets
        found = {sheet: markings.get((sheet, answer.item.id)) for sheet in answer.sheets}
        return tuple(
            sheet
            for sheet, marking in found.items()
            if marking is None or marking.answer != answer.answer
        )

    def _with_draft(self, draft: MarkingDraft) -> "MarkingSession":
        return replace(self, draft=draft)


def begin_marking(
    waiting: Iterable[WaitingAnswer], *, again: bool = False, each: bool = False
) -> MarkingSession:
    """A session at the first answer.

    Args:
        waiting: the answers to be marked.
        again: whether they are marked already, perhaps, and are shown all the same.
        each: whether the same answer of several students is shown for each of them.
    """
    queue = tuple(waiting)
    if each:
        queue = tuple(replace(one, sheets=(sheet,)) for one in queue for sheet in one.sheets)
    return MarkingSession(queue=queue, again=again)._at(0)


def _marked(sheet: str, answer: WaitingAnswer, draft: MarkingDraft, event: AnswerKept) -> Marked:
    item = answer.item
    return Marked(
        sheet=sheet,
        question=item.id,
        answer=answer.answer,
        rubric=tuple(point.id for point in item.rubric),
        ticked=tuple(point.id for point in item.rubric if point.id in draft.ticked),
        misconceptions=tuple(name for name in item.misconceptions if name in draft.misconceptions),
        comment=draft.comment,
        marker=event.marker,
        at=event.at,
    )


def _draft_of(marking: Marked | None) -> MarkingDraft:
    if marking is None:
        return MarkingDraft()
    return MarkingDraft(
        ticked=frozenset(marking.ticked),
        misconceptions=frozenset(marking.misconceptions),
        comment=marking.comment,
    )
