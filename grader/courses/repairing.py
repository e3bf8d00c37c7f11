"""Repairs of a class's marks: what they would change, and the change itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grader.errors import CourseError
from grader.quiz.marking.class_marks import Change, ClassMarks
from grader.quiz.marking.decisions import Decisions, Entry, Repaired, Undone
from grader.quiz.marking.repairs import WantedRepair, in_words, repairs
from grader.quiz.marking.sheets import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairPlan:
    """Repairs that are to be made or taken back; those that hold already are left out."""

    entries: tuple[Entry, ...]
    sentences: tuple[str, ...]  # what each of them does


@dataclass(frozen=True, slots=True)
class RepairOutcome:
    """The sheets of the class before, and those that change."""

    sheets: tuple[Sheet, ...]
    changes: tuple[Change, ...]


def plan_repairs(
    marks: ClassMarks,
    wanted: Iterable[WantedRepair],
    *,
    undo: Iterable[int] = (),
    reason: str = "",
    at: datetime,
) -> RepairPlan:
    """Nothing is changed by a plan.

    Args:
        undo: the numbers of repairs to be taken back.
        reason: why they are taken back.

    Raises:
        CourseError: there is no such question or repair, or the answer cannot be one to it.
    """
    decisions = marks.decisions()
    made = repairs(wanted, marks.items, decisions, at=at)
    back = tuple(_undone(number, decisions, reason, at) for number in undo)
    said = [f"Repair {r.number}: {in_words(r)}. {r.reason}" for r in made]
    said += [
        f"Take back repair {entry.number}: {in_words(decisions.repairs[entry.number])}."
        for entry in back
    ]
    return RepairPlan(entries=(*made, *back), sentences=tuple(said))


def preview_repairs(marks: ClassMarks, plan: RepairPlan) -> RepairOutcome:
    """What the plan would change."""
    return RepairOutcome(marks.sheets(), marks.preview(plan.entries))


def apply_repairs(marks: ClassMarks, plan: RepairPlan, *, at: datetime) -> RepairOutcome:
    """Keep the repairs and the marks that follow; the marks before go to the history."""
    sheets = marks.sheets()
    changes = marks.decide(plan.entries, reason=" / ".join(plan.sentences), at=at)
    return RepairOutcome(sheets, changes)


def repairs_that_hold(marks: ClassMarks) -> tuple[Repaired, ...]:
    """The repairs that were not taken back, by number."""
    return tuple(marks.decisions().repairs.values())


def _undone(number: int, decisions: Decisions, reason: str, at: datetime) -> Undone:
    if number not in decisions.repairs:
        there = ", ".join(map(str, decisions.repairs)) or "none"
        raise CourseError(f"there is no repair {number}", fix=f"Those that hold: {there}.")
    return Undone(number=number, reason=reason, at=at)
