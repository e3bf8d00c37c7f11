"""Grades into one column of a file that another system gave out; the rest of it stays as it is.

What does not fit is told all at once, and then nothing is filled in.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import BinaryIO, NamedTuple

from grader.errors import GraderError
from grader.gradebooks.csv_cells import CsvCells
from grader.gradebooks.decimals import decimal_text, number_in, rounded
from grader.gradebooks.row_matching import RowIdentity, RowMatches, match_rows
from grader.gradebooks.student_grades import PointsInColumn
from grader.text import counted

_MOST_NAMES = 30  # in one sentence
_COMMA = re.compile(r"\s*\d+,\d{1,2}\s*")
_WHO = "Say with --roster who is who."
_NO_ROW = "Say with --roster who is who, or leave these out with --allow-missing."


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLayout:
    """What of a template is what."""

    system: str  # as in `Person.ids`
    rows: tuple[RowIdentity, ...]
    column: int
    most: Mapping[int, Fraction] = field(default_factory=dict)  # points by row, where it says so
    refused: Mapping[int, str] = field(default_factory=dict)  # rows that are passed over, and why
    excused: str = ""  # what stands for an excuse; empty: nothing does
    decimal_mark: str = "."
    blank_means: str  # what the system makes of a cell without a grade
    remarks: Mapping[int, str] = field(default_factory=dict)  # columns for feedback: a fixed word
    feedback: int | None = None  # the column for the feedback itself


def no_feedback(submission: str) -> str:
    """What is said to students where no feedback was asked for."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillingRules:
    """What whoever exports has asked for."""

    scale: bool = False  # to the column's maximum
    allow_missing: bool = False  # submissions without a row are left out
    feedback: Callable[[str], str] = no_feedback  # on a submission; empty: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A file to be uploaded, and what a person should know of it."""

    write: Callable[[BinaryIO], None]  # its content, piece by piece
    notes: tuple[str, ...]

    @property
    def content(self) -> bytes:
        """The whole file in memory; made anew each time."""
        made = io.BytesIO()
        self.write(made)
        return made.getvalue()


class Misfit(NamedTuple):
    """One thing that does not fit, and what to do."""

    says: str
    fix: str


class GradesDoNotFit(GraderError):
    """All that is wrong between the grades and a template."""

    def __init__(self, misfits: Sequence[Misfit], *, at: str) -> None:
        shown = "".join(f"\n  - {misfit.says}" for misfit in misfits)
        fixes = dict.fromkeys(misfit.fix for misfit in misfits)
        super().__init__(
            f"nothing was written, since this does not fit:{shown}", at=at, fix="\n  ".join(fixes)
        )


def filled(
    table: CsvCells,
    layout: TemplateLayout,
    students: Sequence[PointsInColumn],
    *,
    rules: FillingRules,
) -> Filled:
    """The template with the grades in one column.

    A submission without a grade gets an empty cell, and never a zero. Rows of students who handed
    in nothing stay as they are.

    Raises:
        GradesDoNotFit: a student, the column or a maximum does not fit.
    """
    matches = match_rows(students, layout.rows, system=layout.system)
    chosen = [(students[place], row) for place, row in matches.rows.items()]
    misfits = _misfits(table, layout, chosen, matches=matches, rules=rules)
    if misfits:
        raise GradesDoNotFit(misfits, at=table.at)
    by_row = {row: student for student, row in chosen}
    layout = replace(layout, decimal_mark=_decimal_mark(table, layout))

    def cells_of(row: int) -> Mapping[int, str]:
        student = by_row.get(row)
        return {} if student is None else _cells(student, row, layout, rules)

    notes = _notes(table, layout, chosen, matches=matches)
    notes[1:1] = _replaced(table, layout, chosen, rules)
    return Filled(write=lambda file: table.write_with(file, cells_of), notes=tuple(notes))


def column_named(header: Sequence[str], wanted: str, *, at: str, offered: Sequence[str]) -> int:
    """The place of a column by its exact header.

    Raises:
        GradesDoNotFit: there is none, or there are several.
    """
    places = [place for place, name in enumerate(header) if name.strip() == wanted.strip()]
    if len(places) == 1:
        return places[0]
    says = f"there are {len(places)} columns {wanted!r}" if places else f"no column is {wanted!r}"
    if not wanted.strip():
        says = "which column is to be filled in, is not said"
    raise GradesDoNotFit([Misfit(says, choose_column(offered))], at=at)


def choose_column(offered: Sequence[str]) -> str:
    """Which columns there are, for whoever names one."""
    if not offered:
        return "It has no column for grades: download it with one."
    return f"Name one with --column: {named([repr(name) for name in offered])}."


def named(names: Sequence[str]) -> str:
    """Names in one line; of many, the first."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"


def _decimal_mark(table: CsvCells, layout: TemplateLayout) -> str:
    """That of the numbers which stand in the column."""
    cells = [table.cell(row, layout.column) for row in range(1, table.n_rows)]
    with_comma = any(map(_COMMA.fullmatch, cells)) and not any("." in cell for cell in cells)
    return "," if with_comma else layout.decimal_mark


def _cells(
    student: PointsInColumn, row: int, layout: TemplateLayout, rules: FillingRules
) -> dict[int, str]:
    """What goes into the row of a student, by column."""
    if student.why_none == "excused" and not layout.excused:
        return {}
    cells = {layout.column: _value(student, row, layout, rules)}
    if layout.feedback is not None and (said := rules.feedback(student.submission)):
        cells |= {layout.feedback: said, **layout.remarks}
    return cells


def _value(student: PointsInColumn, row: int, layout: TemplateLayout, rules: FillingRules) -> str:
    points = student.points
    if points is None:
        return layout.excused if student.why_none == "excused" else ""
    return decimal_text(_scaled(student, points, row, layout, rules), layout.decimal_mark)


def _scaled(
    student: PointsInColumn, points: Fraction, row: int, layout: TemplateLayout, rules: FillingRules
) -> Fraction:
    most = layout.most.get(row)
    if not rules.scale or most is None or not student.max_points:
        return points
    return points * most / student.max_points


def _misfits(
    table: CsvCells,
    layout: TemplateLayout,
    chosen: Sequence[tuple[PointsInColumn, int]],
    *,
    matches: RowMatches,
    rules: FillingRules,
) -> list[Misfit]:
    found = [Misfit(says, _WHO) for says in matches.problems]
    if matches.missing and not rules.allow_missing:
        n_missing = counted(len(matches.missing), "student")
        found.append(Misfit(f"{n_missing} without a row: {named(matches.missing)}", _NO_ROW))
    if rules.scale and not layout.most:
        says = "the column does not say how many points it gives, so nothing can be scaled"
        found.append(Misfit(says, "Leave out --scale."))
    other = {
        (student.max_points, layout.most[row])
        for student, row in chosen
        if row in layout.most and student.points is not None and not rules.scale
        if layout.most[row] != student.max_points
    }
    for ours, theirs in sorted(other):
        says = f"the column gives {decimal_text(theirs)} points, and the grades are of {ours}"
        found.append(Misfit(says, "Choose another column, or scale the points with --scale."))
    for student, row in chosen:
        found += _of_row(table, layout, student, row, rules=rules)
    return found


def _of_row(
    table: CsvCells,
    layout: TemplateLayout,
    student: PointsInColumn,
    row: int,
    *,
    rules: FillingRules,
) -> Iterator[Misfit]:
    who = f"row {row + 1} ({student.name})"
    columns = [layout.column, *layout.remarks]
    columns += [] if layout.feedback is None else [layout.feedback]
    if not all(table.has(row, column) for column in columns):
        yield Misfit(f"{who} is shorter than the header", "Download the file again.")
    if row in layout.refused:
        yield Misfit(f"{who} {layout.refused[row]}", "Change that there, and download it again.")
    most = layout.most.get(row)
    if student.points is None or most is None:
        return
    points = rounded(_scaled(student, student.points, row, layout, rules))
    if points > most and (rules.scale or most == student.max_points):
        says = f"{who} has {decimal_text(points)} points, and the column gives {decimal_text(most)}"
        yield Misfit(says, "Give the column more points, and download the file again.")


def _replaced(
    table: CsvCells,
    layout: TemplateLayout,
    chosen: Sequence[tuple[PointsInColumn, int]],
    rules: FillingRules,
) -> Iterator[str]:
    """Other grades that stood in the cells which get one: somebody may have typed them in."""
    replaced = []
    for student, row in chosen:
        before = table.cell(row, layout.column).strip()
        value = _value(student, row, layout, rules)
        if before and value and number_in(before) != number_in(value):
            replaced.append(f"{student.name} ({before}, now {value})")
    if replaced:
        yield f"{counted(len(replaced), 'other grade')} stood there before: {named(replaced)}."


def _notes(
    table: CsvCells,
    layout: TemplateLayout,
    chosen: Sequence[tuple[PointsInColumn, int]],
    *,
    matches: RowMatches,
) -> list[str]:
    graded = [student for student, _ in chosen if student.points is not None]
    notes = [f"{counted(len(graded), 'grade')} in the column {table.header[layout.column]!r}."]
    statuses = {student.why_none for student, _ in chosen}
    for status in sorted(statuses - {"", "excused"}):
        blank = [(s, row) for s, row in chosen if s.why_none == status]
        notes.append(f"Left blank, {status}: {named([s.name for s, _ in blank])}.")
        before = [
            f"{s.name} ({table.cell(row, layout.column)})"
            for s, row in blank
            if table.cell(row, layout.column).strip()
        ]
        if before:
            notes.append(f"There was a grade before: {named(before)}. {layout.blank_means}")
    excused = [student.name for student, _ in chosen if student.why_none == "excused"]
    if excused:
        how = f"{layout.excused} for" if layout.excused else "Left as they are,"
        notes.append(f"{how} excused: {named(excused)}.")
    if matches.by_name:
        notes.append(f"Matched by the name alone: {named(matches.by_name)}. Look at these.")
    if matches.missing:
        notes.append(f"Left out, without a row: {named(matches.missing)}.")
    n_others = len(layout.rows) - len({row for _, row in chosen})
    if n_others:
        notes.append(f"{counted(n_others, 'row')} without a submission: left as they are.")
    return notes
