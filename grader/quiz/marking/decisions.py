"""What people decided about marks after the answers were given: see `grader.decision_list`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from grader.decision_list import not_taken_back
from grader.quiz.items.item import Response

Action = Literal["drop", "accept", "full_marks"]


class Marked(msgspec.Struct, frozen=True, kw_only=True, tag="marked", tag_field="entry"):
    """A person read one free text. Rubric items are kept by id, so their points may change."""

    sheet: str
    question: str
    answer: str  # the digest of the text that was read: another text is another answer
    rubric: tuple[str, ...]  # the items there were to tick
    ticked: tuple[str, ...]
    misconceptions: tuple[str, ...] = ()
    comment: str = ""
    marker: str = ""
    at: datetime


class Unmarked(msgspec.Struct, frozen=True, kw_only=True, tag="unmarked", tag_field="entry"):
    """A marking was taken back."""

    sheet: str
    question: str
    at: datetime


class Repaired(msgspec.Struct, frozen=True, kw_only=True, tag="repaired", tag_field="entry"):
    """A question turned out to be unfair: it is dropped, gives all points, or accepts more."""

    number: int
    question: str
    action: Action
    answer: Response | None = None  # the one that is accepted, too
    reason: str
    at: datetime


class Undone(msgspec.Struct, frozen=True, kw_only=True, tag="repair undone", tag_field="entry"):
    """A repair was taken back."""

    number: int
    reason: str = ""
    at: datetime


Entry = Marked | Unmarked | Repaired | Undone


@dataclass(frozen=True, slots=True)
class Decisions:
    """What holds after all entries."""

    markings: dict[tuple[str, str], Marked] = field(default_factory=dict)  # by sheet and question
    repairs: dict[int, Repaired] = field(default_factory=dict)  # by number; those not taken back
    next_number: int = 1

    def repairs_of(self, question: str) -> tuple[Repaired, ...]:
        return tuple(r for r in self.repairs.values() if r.question == question)


def decided(entries: Iterable[Entry]) -> Decisions:
    """Read entries in their order."""
    markings: dict[tuple[str, str], Marked] = {}
    repairs: dict[int, Repaired] = {}
    undone: list[int] = []
    for entry in entries:
        match entry:
            case Marked():
                markings[entry.sheet, entry.question] = entry
            case Unmarked():
                markings.pop((entry.sheet, entry.question), None)
            case Repaired():
                repairs[entry.number] = entry
            case Undone():
                undone.append(entry.number)
    next_number = max(repairs, default=0) + 1
    return Decisions(markings, not_taken_back(repairs, undone), next_number)


def from_line(line: str) -> Entry:
    entry: Entry = msgspec.json.decode(line, type=Entry)
    return entry


def answer_digest(text: str) -> str:
    """The same for texts that differ only in spaces and in large and small letters."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()
