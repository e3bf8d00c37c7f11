"""The marks of a class, wherever they are kept: what waits, what a decision would change.

A keeper is a results folder or a database. It keeps text: the JSON of each sheet, and one line a
decision. Decisions are written first and the sheets after them, so a crash between the two loses
nothing: `refresh` does the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from grader.decision_list import DecisionList, to_line
from grader.quiz.items.item import Item
from grader.quiz.marking.decisions import Decisions, Entry, decided, from_line
from grader.quiz.marking.sheets import (
    Sheet,
    WaitingAnswer,
    remarked,
    sheet_from_json,
    sheet_to_json,
    waiting,
)


class Keeper(DecisionList, Protocol):
    """Where the marks of a class are kept, and what was decided about them."""

    def records(self) -> Mapping[str, str]:
        """The JSON of each sheet, by the id of the sheet."""

    def replace(self, records: Mapping[str, str], *, reason: str, at: datetime) -> None:
        """Keep other marks for these sheets, and the old ones with the reason in the history."""


@dataclass(frozen=True, slots=True)
class Change:
    """A sheet before and after."""

    before: Sheet
    after: Sheet

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """The share of all points, before and after."""
        return share(self.before), share(self.after)


def share(sheet: Sheet) -> Fraction:
    return sheet.points / sheet.max_points if sheet.max_points else Fraction(0)


def mean_share(sheets: Sequence[Sheet]) -> Fraction:
    """The mean of the shares; of no sheets it is zero."""
    return sum(map(share, sheets), Fraction(0)) / max(1, len(sheets))


class ClassMarks:
    """The marks of a class and the questions that they are about."""

    def __init__(self, keeper: Keeper, items: Mapping[str, Item]) -> None:
        self._keeper = keeper
        self.items = items

    def sheets(self) -> tuple[Sheet, ...]:
        return tuple(sheet_from_json(*pair) for pair in self._keeper.records().items())

    def decisions(self) -> Decisions:
        return decided(map(from_line, self._keeper.entries()))

    def entries(self) -> tuple[Entry, ...]:
        return tuple(map(from_line, self._keeper.entries()))

    def waiting(self, *, again: bool = False) -> tuple[WaitingAnswer, ...]:
        return waiting(self.sheets(), self.items, self.decisions(), again=again)

    def preview(self, entries: Iterable[Entry] = ()) -> tuple[Change, ...]:
        """What these decisions, on top of those that hold, would change."""
        then = decided([*self.entries(), *entries])
        changes = (Change(sheet, remarked(sheet, self.items, then)) for sheet in self.sheets())
        return tuple(change for change in changes if change.before != change.after)

    def decide(self, entries: Sequence[Entry], *, reason: str, at: datetime) -> tuple[Change, ...]:
        """Keep decisions and the marks that follow from them."""
        self._keeper.add([to_line(entry) for entry in entries])
        return self.refresh(reason=reason, at=at)

    def refresh(self, *, reason: str, at: datetime) -> tuple[Change, ...]:
        """Bring the marks in line with all decisions and with what rubric items are worth now."""
        changes = self.preview()
        if changes:
            records = {c.after.id: sheet_to_json(c.after).decode() for c in changes}
            self._keeper.replace(records, reason=reason, at=at)
        return changes
