"""A class on one assignment as rows: everybody who is in it, whether or not they handed in."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from grader.batch.class_grades import is_nothing
from grader.batch.grades import CodeGrade
from grader.policies.explaining import length
from grader.records import Report, Status
from grader.text import counted

_EARLIEST = datetime.min.replace(tzinfo=UTC)


class RowState(StrEnum):
    """What became of one person's submission; the value is a word of the page."""

    RIGHT = "right"
    LOST = "lost points"
    UNREADABLE = "unreadable"
    OURS = "not graded, our fault"
    EXCUSED = "excused"
    NOT_TAKEN = "came too late"
    WAITING = "being graded"
    NOTHING = "nothing handed in"


# Without a grade, and something is to be done about it.
_UNGRADED = (RowState.UNREADABLE, RowState.OURS, RowState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in the class, by their number and by the name under which they hand in.

    `shown` is what a page calls them: the name, or a number while names are hidden.
    """

    number: int
    person: str
    shown: str
    section: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGrade:
    """As much of a grade as a table shows: small, since a class is kept in memory."""

    state: RowState = RowState.NOTHING
    points: Fraction | None = None  # final ones; None without a grade, which is never a zero
    max_points: int = 0
    late: str = ""  # by how much, after what was given; empty if it was in time
    is_late: bool = False
    handed_in_at: datetime | None = None
    attempt: int = 1
    n_attempts: int = 0
    flags: tuple[str, ...] = ()  # what somebody should look at
    lost: tuple[str, ...] = ()  # where points were lost, or why there are none
    decided: tuple[str, ...] = ()
    explained: str = ""


_NOTHING = RowGrade()


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One line of the class table."""

    member: Member
    grade: RowGrade = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWish:
    """Which rows are wanted, and in which order."""

    show: str = "all"
    sort: str = "name"
    descending: bool = False
    search: str = ""
    section: str = ""


def row_grades(grades: Iterable[CodeGrade]) -> dict[str, RowGrade]:
    """What a table shows of grades, by submission."""
    found = {grade.report.submission: grade for grade in grades}
    twins = _twins(grade.report for grade in found.values())
    return {name: _row_grade(grade, twins.get(name, ())) for name, grade in found.items()}


def class_rows(
    members: Iterable[Member], grades: Mapping[str, RowGrade], *, waiting: Collection[str] = ()
) -> tuple[ClassRow, ...]:
    """A row for each member, in their order. Who was dropped has one if they handed something in.

    Args:
        waiting: the names of those whose newest submission is not graded yet.
    """
    rows = []
    for member in members:
        grade = grades.get(member.person, _NOTHING)
        if member.person in waiting:
            grade = replace(grade, state=RowState.WAITING)
        if member.is_active or grade.state != RowState.NOTHING:
            rows.append(ClassRow(member, grade))
    return tuple(rows)


SHOWN: Mapping[str, tuple[str, Callable[[ClassRow], bool]]] = {
    "all": ("all", lambda row: row.member.is_active),
    "late": ("late", lambda row: row.member.is_active and row.grade.is_late),
    "ungraded": (
        "without a grade",
        lambda row: row.member.is_active and row.grade.state in _UNGRADED,
    ),
    "flagged": ("to look at", lambda row: row.member.is_active and bool(row.grade.flags)),
    "missing": (
        "nothing handed in",
        lambda row: row.member.is_active and row.grade.state == RowState.NOTHING,
    ),
    "dropped": ("dropped", lambda row: not row.member.is_active),
}
SORTED: Mapping[str, Callable[[ClassRow], Any]] = {
    "name": lambda row: row.member.shown.casefold(),
    "points": lambda row: (row.grade.points is not None, row.grade.points or 0),
    "state": lambda row: list(RowState).index(row.grade.state),
    "time": lambda row: row.grade.handed_in_at or _EARLIEST,
    "section": lambda row: row.member.section.casefold(),
}


def wanted_rows(rows: Sequence[ClassRow], wish: TableWish) -> tuple[ClassRow, ...]:
    """The rows that are wanted; an unknown word wants what is usual. Equal ones are by name."""
    shown = SHOWN.get(wish.show, SHOWN["all"])[1]
    key = SORTED.get(wish.sort, SORTED["name"])
    found = [row for row in rows if shown(row) and _fits(row, wish)]
    found.sort(key=SORTED["name"])
    found.sort(key=key, reverse=wish.descending)
    return tuple(found)


def how_many(rows: Sequence[ClassRow]) -> dict[str, int]:
    """How many rows each filter shows."""
    return {name: sum(map(shown, rows)) for name, (_, shown) in SHOWN.items()}


def state_of_grade(grade: CodeGrade) -> RowState:
    """What a grade is, in one of the words of the table."""
    if grade.excuse is not None:
        return RowState.EXCUSED
    if grade.counts:
        return RowState.RIGHT if grade.final == grade.max_points else RowState.LOST
    if is_nothing(grade.report):
        return RowState.NOTHING
    if grade.status == "not taken":
        return RowState.NOT_TAKEN
    return RowState.UNREADABLE if grade.report.status == Status.UNREADABLE else RowState.OURS


def _fits(row: ClassRow, wish: TableWish) -> bool:
    if wish.section and row.member.section != wish.section:
        return False
    return wish.search.strip().casefold() in row.member.shown.casefold()


def _row_grade(grade: CodeGrade, twins: Collection[str]) -> RowGrade:
    late = grade.late
    by = length(late.counted) if late is not None and late.counted else ""
    return RowGrade(
        state=state_of_grade(grade),
        points=grade.final if grade.counts else None,
        max_points=grade.max_points,
        late=by,
        is_late=bool(by) or grade.report.marked_late,
        handed_in_at=grade.handed_in_at,
        attempt=grade.attempt,
        n_attempts=0 if is_nothing(grade.report) else grade.n_attempts,
        flags=tuple(_flags(grade, twins)),
        lost=tuple(_lost(grade)),
        decided=tuple(grade.said()),
        explained=grade.explained,
    )


def _lost(grade: CodeGrade) -> Iterator[str]:
    if not grade.counts:
        if not is_nothing(grade.report):
            yield from filter(None, [grade.report.reason or grade.explained])
        return
    for stage in grade.report.stages:
        if lost := grade.most_of(stage) - grade.points_of(stage):
            yield f"{stage.stage.replace('_', ' ')} \N{MINUS SIGN}{lost}"


def _flags(grade: CodeGrade, twins: Collection[str]) -> Iterator[str]:
    report = grade.report
    if twins:
        yield f"the same files as {counted(len(twins), 'other')}"
    if named := [each.name for each in report.shortcuts if each.times]:
        yield f"calls {', '.join(dict.fromkeys(named))}"
    stages = {stage.stage: stage for stage in report.stages}
    stale = [n for n, a in grade.decided.awards.items() if n in stages and a.report != report.key]
    if stale:
        yield f"points decided on an earlier report: {', '.join(stale)}"
    if report.marked_late and grade.late is not None and grade.late.after_due is None:
        yield "marked late, without a time"


def _twins(reports: Iterable[Report]) -> dict[str, list[str]]:
    """Who else handed in the very same files, by submission."""
    same: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        if report.submission_digest:
            same[report.submission_digest].append(report.submission)
    return {
        name: [other for other in names if other != name]
        for names in same.values()
        if len(names) > 1
        for name in names
    }
