"""Brightspace: the file that «Enter Grades, Export» gives, with one grade item filled in.

Each row ends with a `#`, and ids and usernames begin with one.
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

SYSTEM = "brightspace"
_ITEM = re.compile(r"(?P<item>.*) Points Grade\s*(<(?P<about>.*)>)?\s*")
_MOST = re.compile(r"\bMaxPoints:\s*(?P<most>\d+(?:[.,]\d+)?)")
_KEYS = ("OrgDefinedId", "Username")
_TAKE = "Take what Enter Grades, Export gives, with points grades."


def layout(table: CsvCells, column: str) -> TemplateLayout:
    """What of the file is what.

    Args:
        column: the name of the grade item, or the column's whole header.

    Raises:
        GradesDoNotFit: it is no file of Brightspace, or the column takes no points.
    """
    header = [name.strip() for name in table.header]
    if not set(_KEYS) & set(header):
        says = f"it is no grade file of Brightspace: no column is {_KEYS[0]!r} or {_KEYS[1]!r}"
        raise GradesDoNotFit([Misfit(says, _TAKE)], at=table.at)
    place = _place(table, column, header)
    about = _ITEM.fullmatch(header[place])
    most = _MOST.search(about["about"] or "") if about else None
    points = number_in(most["most"]) if most else None
    rows = tuple(_students(table, header))
    unended = {r.row: "does not end with #" for r in rows if table.row(r.row)[-1].strip() != "#"}
    return TemplateLayout(
        system=SYSTEM,
        rows=rows,
        column=place,
        most={row.row: points for row in rows} if points is not None else {},
        refused=unended,
        blank_means="Whether Brightspace takes it away depends on its settings: look there.",
    )


def _place(table: CsvCells, column: str, header: list[str]) -> int:
    items = {name: found["item"] for name in header if (found := _ITEM.fullmatch(name))}
    titled = [name for name, item in items.items() if item == column.strip()]
    wanted = titled[0] if len(titled) == 1 else column
    place = column_named(header, wanted, at=table.at, offered=list(items.values()))
    if header[place] not in items:
        says = f"{wanted!r} takes no points: that is a column «... Points Grade»"
        raise GradesDoNotFit([Misfit(says, choose_column(list(items.values())))], at=table.at)
    return place


def _students(table: CsvCells, header: list[str]) -> Iterator[RowIdentity]:
    for row in range(1, table.n_rows):
        if table.is_blank(row):
            continue
        said = dict(zip(header, table.row(row), strict=False))
        username = said.get("Username", "").strip().removeprefix("#")
        yield RowIdentity(
            row=row,
            id=said.get("OrgDefinedId", "").strip().removeprefix("#"),
            email=said.get("Email", "").strip(),
            username=username,
            name=f"{said.get('First Name', '')} {said.get('Last Name', '')}",
        )
