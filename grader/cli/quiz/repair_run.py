"""What `grader quiz repair` does: who would change by how much, and the change itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import strict_yaml
from grader.cli.clock import now
from grader.courses.kept_marks import open_marks
from grader.courses.repairing import (
    apply_repairs,
    plan_repairs,
    preview_repairs,
    repairs_that_hold,
)
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.repairs import WantedRepair, read_repairs
from grader.reports.class_terminal import changed_marks, repairs_list
from grader.reports.quiz_terminal import console


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairOrder:
    """What was asked for on the command line."""

    file: Path | None = None
    drop: tuple[str, ...] = ()
    full_marks: tuple[str, ...] = ()
    accept: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    undo: tuple[int, ...] = ()

    @property
    def asks_nothing(self) -> bool:
        return not (self.file or self.drop or self.full_marks or self.accept or self.undo)

    def wanted(self) -> tuple[WantedRepair, ...]:
        made = list(read_repairs(self.file)) if self.file else []
        reason = self.reason
        made += [WantedRepair(question=name, action="drop", reason=reason) for name in self.drop]
        made += [
            WantedRepair(question=n, action="full_marks", reason=reason) for n in self.full_marks
        ]
        for name, text in self.accept:
            answer = strict_yaml.parse(text, Any, at=f"--accept {name}")
            made.append(WantedRepair(question=name, action="accept", reason=reason, answer=answer))
        return tuple(made)


def repair_marks(
    where: str | None, questions: Path | None, order: RepairOrder, *, applies: bool
) -> None:
    """List the repairs that hold, or show what others would change, and change it if asked."""
    with open_marks(where, questions) as kept:
        if order.asks_nothing:
            console().print(repairs_list(repairs_that_hold(kept.marks)))
        else:
            _repair(kept.marks, order, applies=applies)


def _repair(marks: ClassMarks, order: RepairOrder, *, applies: bool) -> None:
    out, at = console(), now()
    plan = plan_repairs(marks, order.wanted(), undo=order.undo, reason=order.reason, at=at)
    if not plan.entries:
        out.print("Nothing to do: these repairs hold already.")
        return
    for line in plan.sentences:
        out.print(line)
    outcome = apply_repairs(marks, plan, at=at) if applies else preview_repairs(marks, plan)
    out.print(changed_marks(outcome.changes, outcome.sheets))
    if applies:
        out.print("Done. The marks before are kept, and --undo takes a repair back.")
    else:
        out.print("Nothing is changed yet. The same command with --apply does it.")
