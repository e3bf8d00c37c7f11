"""A question that was found wrong after the attempt: what was answered, and repairs step by step.

A repair is looked at before it is made: whoever makes it says what they saw, and if that is not
what it would change any more, nothing is changed.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import msgspec

from grader.courses.repairing import (
    RepairOutcome,
    RepairPlan,
    apply_repairs,
    plan_repairs,
    preview_repairs,
)
from grader.errors import CourseError
from grader.quiz.items.item import Item, Rejected, Response
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.decisions import Action, Repaired
from grader.quiz.marking.repairs import WantedRepair
from grader.quiz.marking.sheets import Record, sheet_to_json

_LONGEST_REASON = 500
_CHANGED = "the marks have changed since you looked at this"
_LOOK_AGAIN = "Look at it once more."


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """An answer that some gave, and what it earns now."""

    name: str  # a digest, for forms
    response: Response
    shown: str  # Markdown
    students: int
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionToRepair:
    """A question of a quiz with its answers, the most frequent first.

    Attributes:
        n: how many had it.
        repairs: those that hold for it.
    """

    item: Item
    n: int
    answers: tuple[GivenAnswer, ...]
    repairs: tuple[Repaired, ...]

    @property
    def not_right(self) -> tuple[GivenAnswer, ...]:
        """The answers that do not earn all points."""
        return tuple(one for one in self.answers if one.points < self.item.points)

    @property
    def n_right(self) -> int:
        return sum(one.students for one in self.answers if one.points == self.item.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairWish:
    """What somebody wants of a question: another rule for its answers, or one taken back."""

    question: str
    action: Action | None = None
    answer: Response | None = None
    undo: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAtRepair:
    """What a repair would change; `seen` stands for all of it."""

    plan: RepairPlan
    outcome: RepairOutcome
    seen: str


class ChangedSinceLook(CourseError):
    """A repair would change something else than was looked at."""


def questions_to_repair(marks: ClassMarks, sheets: Collection[str]) -> tuple[QuestionToRepair, ...]:
    """The questions of these sheets, in the order in which they were asked first.

    Args:
        sheets: the ids of the attempts at a quiz. A question that is gone from the bank is left
            out: nothing can be marked by it.
    """
    rows: dict[str, list[Record]] = {}
    for sheet in marks.sheets():
        for row in sheet.rows if sheet.id in sheets else ():
            rows.setdefault(row["question"], []).append(row)
    decisions = marks.decisions()
    return tuple(
        QuestionToRepair(
            item=marks.items[name],
            n=len(found),
            answers=_answers(marks.items[name], found),
            repairs=decisions.repairs_of(name),
        )
        for name, found in rows.items()
        if name in marks.items
    )


def look_at_repair(marks: ClassMarks, wish: RepairWish, *, at: datetime) -> LookedAtRepair:
    """What a wish would change.

    Raises:
        CourseError: the reason is missing, or the answer cannot be one.
    """
    reason = " ".join(wish.reason.split())[:_LONGEST_REASON]
    if not reason:
        raise CourseError("a repair needs a reason", fix="Say why: students read it.")
    answer = list(wish.answer) if isinstance(wish.answer, tuple) else wish.answer
    wanted = []
    if wish.action is not None:
        new = WantedRepair(question=wish.question, action=wish.action, reason=reason, answer=answer)
        wanted.append(new)
    undo = [] if wish.undo is None else [wish.undo]
    plan = plan_repairs(marks, wanted, undo=undo, reason=reason, at=at)
    outcome = preview_repairs(marks, plan)
    return LookedAtRepair(plan=plan, outcome=outcome, seen=_seen(plan, outcome))


def make_repair(marks: ClassMarks, wish: RepairWish, *, seen: str, at: datetime) -> LookedAtRepair:
    """Make a repair that was looked at.

    Raises:
        ChangedSinceLook: it would change something else now; nothing is changed.
        CourseError: see `look_at_repair`.
    """
    looked = look_at_repair(marks, wish, at=at)
    if looked.seen != seen:
        raise ChangedSinceLook(_CHANGED, fix=_LOOK_AGAIN)
    apply_repairs(marks, looked.plan, at=at)
    return looked


def look_at_the_rest(marks: ClassMarks) -> LookedAtRepair:
    """What repairs and markings that hold change in attempts that do not have them yet.

    Those are the ones that were handed in after a repair was made.
    """
    plan = RepairPlan(entries=(), sentences=())
    outcome = RepairOutcome(marks.sheets(), marks.preview())
    return LookedAtRepair(plan=plan, outcome=outcome, seen=_seen(plan, outcome))


def n_behind(marks: ClassMarks) -> int:
    """How many attempts do not have the repairs yet that hold."""
    return len(marks.preview()) if marks.decisions().repairs else 0


def repair_the_rest(marks: ClassMarks, *, seen: str, at: datetime) -> LookedAtRepair:
    """Bring all attempts in line with what holds.

    Raises:
        ChangedSinceLook: it would change something else than was looked at.
    """
    looked = look_at_the_rest(marks)
    if looked.seen != seen:
        raise ChangedSinceLook(_CHANGED, fix=_LOOK_AGAIN)
    marks.refresh(reason="repairs that hold already", at=at)
    return looked


def _answers(item: Item, rows: Sequence[Record]) -> tuple[GivenAnswer, ...]:
    found: dict[str, list[tuple[Response, Fraction]]] = {}
    for row in rows:
        response = None if row["response"] is None else item.read(row["response"])
        if response is not None and not isinstance(response, Rejected):
            one = (response, Fraction(row["points"]))
            found.setdefault(_digest(msgspec.json.encode(response)), []).append(one)
    made = (
        GivenAnswer(
            name=name,
            response=given[0][0],
            shown=item.show(given[0][0]),
            students=len(given),
            points=max(points for _, points in given),
        )
        for name, given in found.items()
    )
    return tuple(sorted(made, key=lambda one: (-one.students, one.shown)))


def _seen(plan: RepairPlan, outcome: RepairOutcome) -> str:
    parts = [said.encode() for said in plan.sentences]
    for change in outcome.changes:
        parts += [change.before.id.encode(), sheet_to_json(change.before)]
        parts.append(sheet_to_json(change.after))
    return _digest(b"\0".join(parts))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
