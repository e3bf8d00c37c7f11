"""Free texts to be marked without a conversation: each answer has its place and is kept alone.

An answer is named by its question and by a digest of its text, so a page about it can be opened,
left, and sent twice. The rules of ticking are those of a marking session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.errors import GraderError, did_you_mean
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Doubt, Rejected
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.decisions import Marked, Unmarked
from grader.quiz.marking.marking_session import (
    AnswerKept,
    Commented,
    MarkingDraft,
    MarkingSession,
    MisconceptionToggled,
    RubricToggled,
    begin_marking,
)
from grader.quiz.marking.sheets import WaitingAnswer

_REASON = "marked by a person"


class MarkingDoubt(GraderError):
    """What was sent is perhaps not meant; sent once more as it is, it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionToMark:
    """A question in words of one's own, and how many different answers it has."""

    item: Text
    n_waiting: int
    n_answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOnDesk:
    """One answer, and its neighbours among those to the same question, by their digests."""

    answer: WaitingAnswer
    is_waiting: bool
    number: int  # from 1
    n_answers: int
    before: str | None
    after: str | None
    next_waiting: str | None  # after it, else from the first one on
    n_waiting: int

    @property
    def draft(self) -> MarkingDraft:
        """What is ticked already."""
        return begin_marking([self.answer], again=True).draft

    @property
    def seen(self) -> str:
        """What tells an earlier marking from one that came while the page was open."""
        return mark_seen(self.answer.earlier)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMarking:
    """What was sent about an answer."""

    question: str
    answer: str  # its digest
    draft: MarkingDraft
    seen: str  # of `AnswerOnDesk.seen`, as the page had it
    confirmed: bool = False  # that it is meant, whatever there was to ask


def mark_seen(marking: Marked | None) -> str:
    return "" if marking is None else f"{marking.marker} {marking.at.isoformat()}"


def questions_to_mark(marks: ClassMarks) -> tuple[QuestionToMark, ...]:
    """The questions that have such answers, in the order of the bank."""
    every, waiting = marks.waiting(again=True), marks.waiting()
    items = {one.item.id: one.item for one in every}
    return tuple(
        QuestionToMark(
            item=item,
            n_waiting=sum(one.item.id == name for one in waiting),
            n_answers=sum(one.item.id == name for one in every),
        )
        for name, item in items.items()
    )


def answer_on_desk(marks: ClassMarks, question: str, answer: str = "") -> AnswerOnDesk | None:
    """One answer to a question; without a digest the first that waits, else the first at all.

    None if the question has no answers.

    Raises:
        GraderError: there is no such answer, such as after a student's new attempt.
    """
    every = [one for one in marks.waiting(again=True) if one.item.id == question]
    waiting = {one.answer for one in marks.waiting() if one.item.id == question}
    if not every:
        return None
    digests = [one.answer for one in every]
    if not answer:
        place = next((n for n, digest in enumerate(digests) if digest in waiting), 0)
    elif answer in digests:
        place = digests.index(answer)
    else:
        raise GraderError("this answer is no longer there", at=question, fix="Go to the next one.")
    later = [*digests[place + 1 :], *digests[:place]]
    return AnswerOnDesk(
        answer=every[place],
        is_waiting=digests[place] in waiting,
        number=place + 1,
        n_answers=len(every),
        before=digests[place - 1] if place else None,
        after=digests[place + 1] if place + 1 < len(digests) else None,
        next_waiting=next((digest for digest in later if digest in waiting), None),
        n_waiting=len(waiting),
    )


def keep_marking(
    marks: ClassMarks, kept: KeptMarking, *, marker: str, at: datetime
) -> AnswerOnDesk:
    """Keep what was ticked for an answer, for each sheet that has it; the answer as it is then.

    Raises:
        MarkingDoubt: nothing is ticked, or somebody else has marked it since.
        GraderError: there is no such question, answer, or item of its rubric.
    """
    there = _there(marks, kept.question, kept.answer)
    if there.seen != kept.seen and not kept.confirmed:
        if not there.is_waiting and there.draft == kept.draft:
            return there  # sent twice, or two people agree
        raise _marked_meanwhile(there)
    session = begin_marking([there.answer], again=True)
    for event in _events(session, kept.draft):
        session = _applied(session, event)
    markings = marks.decisions().markings
    event = AnswerKept(marker=marker, at=at, markings=markings, confirmed=kept.confirmed)
    marks.decide(_applied(session, event).entries, reason=_REASON, at=at)
    return _there(marks, kept.question, kept.answer)


def take_back_marking(marks: ClassMarks, question: str, answer: str, *, at: datetime) -> None:
    """Let an answer wait again; one that waits stays as it is.

    Raises:
        GraderError: there is no such question or answer.
    """
    there = _there(marks, question, answer)
    undone = [Unmarked(sheet=name, question=question, at=at) for name in there.answer.sheets]
    if there.answer.earlier is not None:
        marks.decide(undone, reason="a marking was taken back", at=at)


def _there(marks: ClassMarks, question: str, answer: str) -> AnswerOnDesk:
    found = answer_on_desk(marks, question, answer)
    if found is None:
        known = [one.item.id for one in questions_to_mark(marks)]
        raise GraderError(
            f"no answer to {question!r} is marked by a person", fix=did_you_mean(question, known)
        )
    return found


def _marked_meanwhile(there: AnswerOnDesk) -> MarkingDoubt:
    marking = there.answer.earlier
    if marking is None:
        return MarkingDoubt("The marking was taken back meanwhile", fix="Keep yours once more.")
    points = there.draft.points(there.answer.item)
    return MarkingDoubt(
        f"{marking.marker or 'Somebody'} has marked this meanwhile, with {points} of "
        f"{there.answer.item.points}",
        fix="Keep yours once more to put it in that place.",
    )


_Event = RubricToggled | MisconceptionToggled | Commented | AnswerKept


def _events(session: MarkingSession, draft: MarkingDraft) -> Sequence[_Event]:
    """What leads from what is ticked to what shall be."""
    before = session.draft
    return [
        *map(RubricToggled, sorted(before.ticked ^ draft.ticked)),
        *map(MisconceptionToggled, sorted(before.misconceptions ^ draft.misconceptions)),
        Commented(draft.comment),
    ]


def _applied(session: MarkingSession, event: _Event) -> MarkingSession:
    match session.apply(event):
        case Rejected(why):
            raise GraderError(why, fix="Open the answer anew: the question was edited.")
        case Doubt(doubt):
            raise MarkingDoubt(doubt.rstrip("."), fix="Keep it once more if that is meant.")
        case after:
            return after
