"""`grader quiz repair`: who would change by how much, and the change itself."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import strict_yaml
from grader.courses.kept_marks import KeptMarks
from grader.errors import CourseError
from grader.quiz.items.marks import shown
from grader.quiz.marking.class_marks import Change, share
from grader.quiz.marking.decisions import Decisions, Entry, Repaired, Undone
from grader.quiz.marking.repairs import WantedRepair, in_words, read_repairs, repairs
from grader.quiz.marking.sheets import Sheet
from grader.reports.quiz_terminal import percent
from grader.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
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

    def wishes(self) -> tuple[WantedRepair, ...]:
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


def run_repair(
    place: KeptMarks, order: Order, *, applies: bool, console: Console, now: datetime
) -> None:
    """Show what would change, and change it if that is asked for."""
    decisions = place.marks.decisions()
    if order.asks_nothing:
        _print_repairs(place, decisions, console)
        return
    new = repairs(order.wishes(), place.marks.items, decisions, at=now)
    undone = tuple(_undone(number, decisions, order.reason, now) for number in order.undo)
    entries: tuple[Entry, ...] = (*new, *undone)
    if not entries:
        console.print("Nothing to do: these repairs hold already.")
        return
    said = [f"Repair {r.number}: {in_words(r)}. {r.reason}" for r in new]
    said += [
        f"Take back repair {entry.number}: {in_words(decisions.repairs[entry.number])}."
        for entry in undone
    ]
    for line in said:
        console.print(line)
    sheets = place.marks.sheets()
    changes = place.marks.preview(entries)
    if applies:
        changes = place.marks.decide(entries, reason=" / ".join(said), at=now)
    _print_changes(changes, sheets, console)
    if applies:
        console.print("Done. The marks before are kept, and --undo takes a repair back.")
    else:
        console.print("Nothing is changed yet. The same command with --apply does it.")


def _undone(number: int, decisions: Decisions, reason: str, now: datetime) -> Undone:
    if number not in decisions.repairs:
        there = ", ".join(map(str, decisions.repairs)) or "none"
        raise CourseError(f"there is no repair {number}", fix=f"Those that hold: {there}.")
    return Undone(number=number, reason=reason, at=now)


def _print_repairs(place: KeptMarks, decisions: Decisions, console: Console) -> None:
    if not decisions.repairs:
        console.print("No repair holds. `grader quiz repair --help` says how to make one.")
    for repair in decisions.repairs.values():
        console.print(_listed(repair))


def _listed(repair: Repaired) -> str:
    day = repair.at.date().isoformat()
    return f"{repair.number}. {in_words(repair)}. {repair.reason} ({day})"


def _print_changes(
    changes: tuple[Change, ...], sheets: tuple[Sheet, ...], console: Console
) -> None:
    if not changes:
        console.print(f"No mark changes ({counted(len(sheets), 'sheet')} looked at).")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Student", "Topic"):
        table.add_column(name, overflow="fold")
    for name in ("Before", "After", "Change"):
        table.add_column(name)
    for change in sorted(changes, key=lambda c: (c.before.topic, c.before.student)):
        before, after = change.shares
        table.add_row(
            Text(change.before.student),
            Text(change.before.topic),
            _points(change.before),
            _points(change.after),
            f"{percent(before)} → {percent(after)}",
        )
    console.print(table)
    then = {change.after.id: change.after for change in changes}
    means = _mean(sheets), _mean(tuple(then.get(sheet.id, sheet) for sheet in sheets))
    lower = sum(after < before for before, after in (change.shares for change in changes))
    tail = f" For {lower} the share of the points gets smaller." if lower else ""
    console.print(
        f"{len(changes)} of {counted(len(sheets), 'sheet')} change;"
        f" the mean goes from {percent(means[0])} to {percent(means[1])}.{tail}"
    )


def _points(sheet: Sheet) -> str:
    waiting = f" ({sheet.waiting_points} waiting)" if sheet.waiting_points else ""
    return f"{shown(sheet.points)} of {sheet.max_points}{waiting}"


def _mean(sheets: tuple[Sheet, ...]) -> Fraction:
    return sum(map(share, sheets), Fraction(0)) / max(1, len(sheets))
