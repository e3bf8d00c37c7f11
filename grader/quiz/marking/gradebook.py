"""A class at one quiz: which attempt of each student counts, and what it earned."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

import msgspec

from grader.quiz.attempt.rules import Counts, counting
from grader.quiz.items.marks import shown
from grader.text import decimal, table_cell

HEADINGS = ("Student", "Handed in", "Counts", "Points", "Of", "Waiting")
COLUMNS = (
    "student",
    "begun",
    "handed_in",
    "counted_attempt",
    "points",
    "points_exact",
    "max_points",
    "waiting_points",
    "handed_in_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """An attempt that was handed in, with its marks."""

    number: int
    points: Fraction
    max_points: int
    waiting_points: int  # of answers that a person has yet to mark
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One student: the attempt that counts, None before any was handed in."""

    student: str
    begun: int
    handed_in: int
    counted: HandedIn | None


class _Marks(msgspec.Struct):
    """What is needed of the marks that `marks_to_json` wrote."""

    points: str
    max_points: int
    waiting_points: int


def handed_in(marks: str, *, number: int, finished_at: datetime) -> HandedIn:
    """An attempt with the marks that were stored with it."""
    read = msgspec.json.decode(marks, type=_Marks)
    return HandedIn(
        number=number,
        points=Fraction(read.points),
        max_points=read.max_points,
        waiting_points=read.waiting_points,
        finished_at=finished_at,
    )


def line(student: str, attempts: Iterable[HandedIn | None], counts: Counts) -> Line:
    """The line of a student; None is an attempt that was not handed in."""
    begun = list(attempts)
    done = [attempt for attempt in begun if attempt is not None]
    return Line(
        student=student,
        begun=len(begun),
        handed_in=len(done),
        counted=counting(done, counts),
    )


def cells(row: Line) -> tuple[str, ...]:
    """What stands under `HEADINGS` of a student; empty where nothing was handed in."""
    attempts = f"{row.handed_in} of {row.begun}"
    if row.counted is None:
        return (row.student, attempts, "", "", "", "")
    mark = row.counted
    waiting = str(mark.waiting_points or "")
    points = (shown(mark.points), str(mark.max_points), waiting)
    return (row.student, attempts, f"no. {mark.number}", *points)


def gradebook_csv(lines: Iterable[Line]) -> bytes:
    """The table for a spreadsheet. Points are exact, beside decimals rounded to four places."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for row in lines:
        rows.writerow([table_cell(row.student), row.begun, row.handed_in, *_mark(row.counted)])
    return text.getvalue().encode()


def exact(points: Fraction) -> str:
    """Exact points with a word beside them: a spreadsheet takes a bare 4/3 for a day."""
    return f"{points} points"


def _mark(mark: HandedIn | None) -> list[object]:
    if mark is None:
        return [""] * 6
    at = mark.finished_at.astimezone(UTC).isoformat(timespec="seconds")
    points = (decimal(mark.points), exact(mark.points), mark.max_points)
    return [mark.number, *points, mark.waiting_points, at]
