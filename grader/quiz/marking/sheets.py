"""A sheet: the marks of one student in one topic, as they are kept, and as decisions change them.

A sheet is the record that `grader.quiz.marking.scoring` writes. What no decision concerns stays as
it was marked, to the letter, even if the question has been edited since. A row that a repair
changed keeps the row before it, so that taking the repair back gives the very same marks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item, Rejected, Response
from grader.quiz.items.marks import Mark, Standing, scored, unscored
from grader.quiz.marking.decisions import Decisions, Marked, Repaired, answer_digest
from grader.quiz.marking.scoring import Marks, Row

Record = dict[str, Any]  # the JSON of the marks


@dataclass(frozen=True, slots=True)
class Sheet:
    """The marks of one student in one topic; the id is unique among the sheets of a class."""

    id: str
    record: Record

    @property
    def student(self) -> str:
        return str(self.record["student"])

    @property
    def topic(self) -> str:
        return str(self.record["topic"])

    @property
    def points(self) -> Fraction:
        return Fraction(self.record["points"])

    @property
    def max_points(self) -> int:
        return int(self.record["max_points"])

    @property
    def waiting_points(self) -> int:
        return int(self.record["waiting_points"])

    @property
    def rows(self) -> list[Record]:
        return list(self.record["questions"])


def sheet_from_json(name: str, data: str | bytes) -> Sheet:
    """A record of marks as it was read from a file of this name.

    Raises:
        DecodeError: of msgspec; that is no record of marks.
    """
    record = msgspec.json.decode(data)
    if not isinstance(record, dict) or not {"student", "topic", "questions"} <= record.keys():
        raise msgspec.DecodeError("no record of marks")
    return Sheet(name, record)


def sheet_to_json(sheet: Sheet) -> bytes:
    return msgspec.json.format(msgspec.json.encode(sheet.record), indent=2) + b"\n"


def topic_of(question: str) -> str:
    """The topic that the id of a question begins with."""
    return question.partition(".")[0]


def marks_of(sheet: Sheet, items: Mapping[str, Item]) -> Marks:
    """The marks as they are kept, to be shown; a question gone from the bank is left out."""
    return Marks(
        tuple(
            Row(items[row["question"]], _response(row, items[row["question"]]), _mark(row))
            for row in sheet.rows
            if row["question"] in items
        )
    )


def remarked(sheet: Sheet, items: Mapping[str, Item], decisions: Decisions) -> Sheet:
    """The sheet with everything decided since it was marked."""
    rows = [_row(row, sheet.id, items, decisions) for row in sheet.rows]
    waiting = sum(row["max_points"] for row in rows if row["standing"] == Standing.WAITING)
    totals = {
        "points": str(sum((Fraction(row["points"]) for row in rows), Fraction(0))),
        "max_points": sum(row["max_points"] for row in rows),
        "waiting_points": waiting,
        "questions": rows,
    }
    return Sheet(sheet.id, sheet.record | totals)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAnswer:
    """One free text that a person has to read, and the sheets that hold it."""

    item: Text
    text: str
    sheets: tuple[str, ...]
    earlier: Marked | None = None  # what was decided before a rubric item was added

    @property
    def answer(self) -> str:
        return answer_digest(self.text)


def waiting(
    sheets: Iterable[Sheet], items: Mapping[str, Item], decisions: Decisions, *, again: bool = False
) -> tuple[WaitingAnswer, ...]:
    """The texts to be read, question by question, in an order that says nothing of the students.

    The same text of several students comes once. With `again`, also those that are marked.
    """
    found: dict[tuple[str, str], WaitingAnswer] = {}
    for sheet in sheets:
        for row in sheet.rows:
            item = items.get(row["question"])
            text = row["response"]
            if not isinstance(item, Text) or not isinstance(text, str):
                continue
            marking = _marking(sheet.id, item, text, decisions)
            if marking and not again and _is_complete(marking, item):
                continue
            if any(r.action != "accept" for r in decisions.repairs_of(item.id)):
                continue
            key = item.id, answer_digest(text)
            known = found.get(key)
            found[key] = WaitingAnswer(
                item=item,
                text=known.text if known else text,
                sheets=(*(known.sheets if known else ()), sheet.id),
                earlier=marking or (known.earlier if known else None),
            )
    places = {name: place for place, name in enumerate(items)}
    ordered = sorted(found, key=lambda key: (places[key[0]], key[1]))
    return tuple(found[key] for key in ordered)


def _is_complete(marking: Marked, item: Text) -> bool:
    return {point.id for point in item.rubric} <= set(marking.rubric)


def _marking(sheet: str, item: Text, text: str, decisions: Decisions) -> Marked | None:
    marking = decisions.markings.get((sheet, item.id))
    return marking if marking and marking.answer == answer_digest(text) else None


def _row(row: Record, sheet: str, items: Mapping[str, Item], decisions: Decisions) -> Record:
    base: Record = row.get("unrepaired", row)
    item = items.get(base["question"])
    if isinstance(item, Text) and isinstance(base["response"], str):
        marking = _marking(sheet, item, base["response"], decisions)
        base = _with_mark(base, _by_person(item, marking))
    repairs = decisions.repairs_of(base["question"])
    found = _repaired(base, item, repairs)
    if found is None:
        return base
    mark, repair = found
    changed = _with_mark(base, mark)
    return changed | {"repair": repair.number, "reason": repair.reason, "unrepaired": base}


def _by_person(item: Text, marking: Marked | None) -> Mark:
    if marking is None:
        return unscored(Standing.WAITING, item.points)
    return item.mark_by_rubric(
        marking.ticked, misconceptions=marking.misconceptions, comment=marking.comment
    )


def _repaired(
    row: Record, item: Item | None, repairs: tuple[Repaired, ...]
) -> tuple[Mark, Repaired] | None:
    """The mark after the repairs of a question, if they change it, and the one that does."""
    by_action = {repair.action: repair for repair in repairs}
    if repair := by_action.get("drop"):
        return unscored(Standing.DROPPED, 0), repair
    if repair := by_action.get("full_marks"):
        return scored(Fraction(1), row["max_points"], feedback=(repair.reason,)), repair
    response = _response(row, item)
    if item is None or response is None:
        return None
    shares = [(item.share_if_right(response, r.answer), r) for r in repairs if r.answer is not None]
    share, best = max(shares, key=lambda pair: pair[0], default=(Fraction(0), None))
    if best is None or share * row["max_points"] <= Fraction(row["points"]):
        return None
    return scored(share, row["max_points"], feedback=(best.reason,)), best


def _response(row: Record, item: Item | None) -> Response | None:
    """The response as the question reads it today; None if it no longer can."""
    if item is None or row["response"] is None:
        return None
    response = item.read(row["response"])
    return None if isinstance(response, Rejected) else response


def _mark(row: Record) -> Mark:
    return Mark(
        points=Fraction(row["points"]),
        max_points=row["max_points"],
        standing=Standing(row["standing"]),
        feedback=tuple(row["feedback"]),
        misconceptions=tuple(row["misconceptions"]),
    )


def _with_mark(row: Record, mark: Mark) -> Record:
    return row | {
        "standing": str(mark.standing),
        "points": str(mark.points),
        "max_points": mark.max_points,
        "feedback": list(mark.feedback),
        "misconceptions": list(mark.misconceptions),
    }
