"""Canvas: the gradebook that «Export Entire Gradebook» gives, with one assignment filled in.

Canvas finds columns by their place and an assignment by the number at the end of its header. A
header without a number would make a new assignment.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from grader.gradebooks.csv_cells import CsvCells
from grader.gradebooks.decimals import number_in
from grader.gradebooks.filling import (
    GradesDoNotFit,
    Misfit,
    TemplateLayout,
    choose_column,
    column_named,
)
from grader.gradebooks.row_matching import RowIdentity

SYSTEM = "canvas"
_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)\s*")
# Canvas computes these, and passes over every column whose header has one of them in it.
_COMPUTED = re.compile(
    "(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)"  # and Unposted ...
)
_READ_ONLY = re.compile(r"read\s+only")
_NO_STUDENT = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_STUDENT_COLUMNS = ("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID")


def layout(table: CsvCells, column: str) -> TemplateLayout:
    """What of a gradebook is what.

    Args:
        column: the assignment's title, or its whole header.

    Raises:
        GradesDoNotFit: it is no gradebook of Canvas, or the column is none that it would take.
    """
    header = [name.strip() for name in table.header]
    _assert_gradebook(table, header)
    place = _place(table, column, header)
    points = [row for row in range(1, table.n_rows) if "Points Possible" in table.cell(row, 0)]
    most = _most(table, points[0], place) if points else None
    rows = tuple(_students(table, header))
    return TemplateLayout(
        system=SYSTEM,
        rows=rows,
        column=place,
        most={row.row: Fraction(most) for row in rows} if most is not None else {},
        excused="EX",
        blank_means="Canvas takes it away when the file is uploaded.",
    )


def _most(table: CsvCells, row: int, place: int) -> Fraction | None:
    """The points that a column gives; None where it does not say."""
    said = table.cell(row, place).strip()
    header = [name.strip() for name in table.header]
    if _READ_ONLY.search(said):
        takers = (name for name in _offered(header) if not _COMPUTED.search(name))
        others = [n for n in takers if not _READ_ONLY.search(table.cell(row, header.index(n)))]
        fault = Misfit(f"the column {header[place]!r} is read only", choose_column(others))
        raise GradesDoNotFit([fault], at=table.at)
    most = number_in(said)
    if said and most is None:
        says = f"the column {header[place]!r} gives {said!r} points, which is no number"
        raise GradesDoNotFit([Misfit(says, "Download the file again.")], at=table.at)
    return most


def _assert_gradebook(table: CsvCells, header: list[str]) -> None:
    begins = header[:2] == ["Student", "ID"] or header[:3] == ["LastName", "FirstName", "ID"]
    if not begins or "Section" not in header:
        raise GradesDoNotFit(
            [Misfit("it is no gradebook of Canvas", "Take what Export Entire Gradebook gives.")],
            at=table.at,
        )


def _place(table: CsvCells, column: str, header: list[str]) -> int:
    offered = _offered(header)
    titled = [name for name, title in offered.items() if title == column.strip()]
    if len(titled) > 1:
        says = f"{len(titled)} assignments are called {column!r}"
        raise GradesDoNotFit([Misfit(says, choose_column(titled))], at=table.at)
    wanted = titled[0] if titled else column
    takers = [name for name in offered if not _COMPUTED.search(name)]
    place = column_named(header, wanted, at=table.at, offered=takers)
    if _COMPUTED.search(wanted):
        says = f"Canvas passes over {wanted!r}, since it takes it for a column that it computes"
        raise GradesDoNotFit([Misfit(says, "Give the assignment another title.")], at=table.at)
    if wanted not in offered:
        says = f"{wanted!r} is no assignment: it has no number of Canvas at its end"
        raise GradesDoNotFit([Misfit(says, choose_column(takers))], at=table.at)
    return place


def _offered(header: list[str]) -> dict[str, str]:
    """The headers of assignments, and their titles."""
    after = header[header.index("Section") + 1 :]
    return {name: found["title"] for name in after if (found := _ASSIGNMENT.fullmatch(name))}


def _students(table: CsvCells, header: list[str]) -> Iterator[RowIdentity]:
    places = {name: header.index(name) for name in _STUDENT_COLUMNS if name in header}
    for row in range(1, table.n_rows):
        if "Points Possible" in table.cell(row, 0):
            continue
        if all(_NO_STUDENT.fullmatch(cell) for cell in table.row(row)):
            continue
        said = {name: table.cell(row, place).strip() for name, place in places.items()}
        login = said.get("SIS Login ID", "")
        both = f"{said.get('LastName', '')}, {said.get('FirstName', '')}"
        yield RowIdentity(
            row=row,
            system_id=said["ID"],
            id=said.get("SIS User ID", ""),
            username=login,
            email=login if "@" in login else "",
            name=said.get("Student", both),
        )
