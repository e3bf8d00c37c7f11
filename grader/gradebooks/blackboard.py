"""Blackboard: the file that «Work Offline, Download» of its grade centre gives.

It finds a column by the number behind the bar at the end of its header. Without it, it would make
a new column.
"""

import re
from collections.abc import Iterator

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

SYSTEM = "blackboard"
_COLUMN = re.compile(
    r"(?P<title>.*?)\s*"
    r"\[[^\[\]]*?(?P<up_to>up to )?(?P<most>\d[\d.,]*)\s*(?P<shown>[^\[\]\d]*)\]"
    r"\s*\|\s*\d+\s*"
)
_THOUSANDS = re.compile(r",(?=\d{3}(\D|$))")
_USERNAME = "Username"
_FEEDBACK = "Feedback to Learner"
_FORMAT = "Feedback Format"


def layout(table: CsvCells, column: str) -> TemplateLayout:
    """What of the file is what.

    Args:
        column: the column's title, or its whole header.

    Raises:
        GradesDoNotFit: it is no file of Blackboard, or the column takes no points.
    """
    header = [name.strip() for name in table.header]
    if _USERNAME not in header:
        says = f"it is no grade file of Blackboard: no column is {_USERNAME!r}"
        raise GradesDoNotFit([Misfit(says, "Take what Work Offline, Download gives.")], at=table.at)
    place = _place(table, column, header)
    found = _COLUMN.fullmatch(header[place])
    most = number_in(_THOUSANDS.sub("", found["most"])) if found else None
    rows = tuple(_students(table, header))
    return TemplateLayout(
        system=SYSTEM,
        rows=rows,
        column=place,
        most={row.row: most for row in rows} if most is not None else {},
        blank_means="Whether Blackboard takes it away depends on its version: look there.",
    )


def feedback_columns(table: CsvCells, column: str) -> tuple[int, dict[int, str]]:
    """The column for feedback, and the words in columns beside it: the feedback is HTML.

    Args:
        column: its header; empty: the usual one.

    Raises:
        GradesDoNotFit: there is none.
    """
    header = [name.strip() for name in table.header]
    wanted = column or _FEEDBACK
    if wanted not in header:
        fix = "Download it with comments, or leave the feedback out."
        raise GradesDoNotFit([Misfit(f"no column is {wanted!r}", fix)], at=table.at)
    beside = {header.index(_FORMAT): "HTML"} if _FORMAT in header else {}
    return header.index(wanted), beside


def _place(table: CsvCells, column: str, header: list[str]) -> int:
    offered = [name for name in header if (found := _COLUMN.fullmatch(name)) and not found["up_to"]]
    titled = [name for name in header if _title(name) == column.strip()]
    if len(titled) > 1:
        says = f"{len(titled)} columns are called {column!r}"
        raise GradesDoNotFit([Misfit(says, choose_column(titled))], at=table.at)
    wanted = titled[0] if titled else column
    place = column_named(header, wanted, at=table.at, offered=offered)
    found = _COLUMN.fullmatch(header[place])
    if found is None:
        says = f"{wanted!r} is no column for points: its header lacks the points or the number"
        raise GradesDoNotFit([Misfit(says, choose_column(offered))], at=table.at)
    if found["up_to"]:
        says = f"{wanted!r} is computed by Blackboard"
        raise GradesDoNotFit([Misfit(says, choose_column(offered))], at=table.at)
    if found["shown"].strip() not in ("", "Score"):
        says = f"{wanted!r} shows {found['shown'].strip()} and takes no points"
        fix = "Let its primary display be Score, and download the file again."
        raise GradesDoNotFit([Misfit(says, fix)], at=table.at)
    return place


def _title(header: str) -> str | None:
    found = _COLUMN.fullmatch(header)
    return found["title"] if found else None


def _students(table: CsvCells, header: list[str]) -> Iterator[RowIdentity]:
    for row in range(1, table.n_rows):
        if table.is_blank(row):
            continue
        said = dict(zip(header, table.row(row), strict=False))
        username = said[_USERNAME].strip() if _USERNAME in said else ""
        both = (said.get("First Name", "").strip(), said.get("Last Name", "").strip())
        yield RowIdentity(
            row=row,
            system_id=username,
            id=said.get("Student ID", "").strip(),
            email=username if "@" in username else "",
            username=username,
            name=" ".join(both),
        )
