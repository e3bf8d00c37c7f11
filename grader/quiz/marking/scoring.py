"""The marks of a whole quiz: one row a question, exact totals, and JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Item, Response
from grader.quiz.items.marks import Mark, Standing, shown, unscored
from grader.text import counted


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what was answered (None: nothing) and its mark."""

    item: Item
    response: Response | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one taker in one topic."""

    rows: tuple[Row, ...]

    @property
    def points(self) -> Fraction:
        return sum((row.mark.points for row in self.rows), Fraction(0))

    @property
    def max_points(self) -> int:
        return sum(row.mark.max_points for row in self.rows)

    @property
    def waiting_points(self) -> int:
        """Points of answers that a person has yet to mark."""
        waiting = (row.mark for row in self.rows if row.mark.standing == Standing.WAITING)
        return sum(mark.max_points for mark in waiting)

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """Every misconception met, once, in the order of the questions."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.mark.misconceptions))

    def total(self) -> str:
        """The total in words."""
        waiting = self.waiting_points
        verb = "waits" if waiting == 1 else "wait"
        tail = f", {counted(waiting, 'point')} {verb} for a person" if waiting else ""
        return f"{shown(self.points)} of {counted(self.max_points, 'point')}{tail}"


def mark_all(items: Iterable[Item], responses: Mapping[str, Response]) -> Marks:
    """Mark what was answered; a question without a response has no answer."""

    def row(item: Item) -> Row:
        response = responses.get(item.id)
        if response is None:
            return Row(item, None, unscored(Standing.UNANSWERED, item.points))
        return Row(item, response, item.mark(response))

    return Marks(tuple(map(row, items)))


def marks_to_json(marks: Marks, *, topic: Topic, student: str) -> bytes:
    """The marks as indented JSON; points are exact fractions in text, such as "4/3"."""
    record = {
        "topic": topic.name,
        "topic_digest": topic.digest,
        "student": student,
        "points": str(marks.points),
        "max_points": marks.max_points,
        "waiting_points": marks.waiting_points,
        "questions": [_row_record(row) for row in marks.rows],
    }
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def _row_record(row: Row) -> dict[str, object]:
    guess = row.item.guess_level()
    return {
        "question": row.item.id,
        "kind": row.item.kind(),
        "standing": row.mark.standing,
        "points": str(row.mark.points),
        "max_points": row.mark.max_points,
        "guess_level": None if guess is None else str(guess),
        "response": row.response,
        "feedback": row.mark.feedback,
        "misconceptions": row.mark.misconceptions,
    }
