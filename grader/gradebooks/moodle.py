"""Moodle: the grading worksheet of an assignment, in whatever language it was downloaded.

Moodle passes over a row without a word if its grade is above the maximum or may not be changed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from grader.gradebooks.csv_cells import CsvCells
from grader.gradebooks.decimals import number_in
from grader.gradebooks.filling import GradesDoNotFit, Misfit, TemplateLayout, column_named
from grader.gradebooks.row_matching import RowIdentity

SYSTEM = "moodle"
_PARTICIPANT = re.compile(r"\D*(?P<number>\d+)\s*")
_GRADE = (
    *("Grade", "Bewertung", "Note", "Calificación", "Valutazione", "Cijfer", "Nota", "Ocena"),
    *("Karakter", "Betyg", "Qualificació", "Avaliação", "Arvosana", "Оценка", "成绩", "評点"),
)
_FEEDBACK = ("Feedback comments", "Feedback als Kommentar", "Feedback par commentaires")
_YES = {
    "yes",
    "ja",
    "oui",
    "sí",
    "si",
    "sì",
    "sim",
    "tak",
    "ano",
    "áno",
    "kyllä",
    "да",
    "是",
    "はい",
}
_NO = {"no", "nein", "non", "não", "nee", "nej", "nei", "nie", "ne", "ei", "нет", "否", "いいえ"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ID = re.compile(r"(?=\S*\d)\S+")
_TAKE = (
    "In the assignment allow offline grading worksheets, and take what Download grading "
    "worksheet gives."
)
_NAME = 1  # the exporter's order: the identifier, the full name, then what the site adds


def layout(table: CsvCells, column: str) -> TemplateLayout:
    """What of a worksheet is what.

    Args:
        column: the header of the grades; empty: the word for it, in some languages.

    Raises:
        GradesDoNotFit: it is no grading worksheet, or the column is not found.
    """
    header = [name.strip() for name in table.header]
    numbers = _participants(table)
    if len(header) < 5 or not numbers:
        raise GradesDoNotFit([Misfit("it is no grading worksheet", _TAKE)], at=table.at)
    place = _column(table, column, _GRADE, "--column")
    most = _most(table, place + 1, numbers)
    if not most:
        says = f"beside {header[place]!r} is no maximum grade, so it does not take points"
        fix = "Let the assignment be graded in points, and download the file again."
        raise GradesDoNotFit([Misfit(says, fix)], at=table.at)
    return TemplateLayout(
        system=SYSTEM,
        rows=tuple(_students(table, numbers, range(2, place))),
        column=place,
        most=most,
        refused=_refused(table, range(place + 1, len(header)), numbers),
        decimal_mark="," if any("," in table.cell(row, place + 1) for row in most) else ".",
        blank_means="Moodle keeps it there, since it passes over empty cells.",
    )


def feedback_column(table: CsvCells, column: str) -> int:
    """The column for feedback comments.

    Args:
        column: its header; empty: the words for it, in some languages.

    Raises:
        GradesDoNotFit: none is called so.
    """
    return _column(table, column, _FEEDBACK, "--feedback")


def _column(table: CsvCells, wanted: str, words: Sequence[str], option: str) -> int:
    header = [name.strip() for name in table.header]
    if wanted:
        return column_named(header, wanted, at=table.at, offered=header)
    found = [place for place, name in enumerate(header) if name in words]
    if len(found) == 1:
        return found[0]
    says = f"no column is called {words[0]!r}, nor that in a language that is known here"
    fix = f"Name it with {option}. The columns are: {', '.join(map(repr, header))}."
    raise GradesDoNotFit([Misfit(says, fix)], at=table.at)


def _participants(table: CsvCells) -> dict[int, str]:
    """The numbers of Moodle's participants, by row."""
    found = {row: _PARTICIPANT.fullmatch(table.cell(row, 0)) for row in range(1, table.n_rows)}
    return {row: match["number"] for row, match in found.items() if match}


def _students(
    table: CsvCells, numbers: Mapping[int, str], between: Iterable[int]
) -> Iterator[RowIdentity]:
    """Columns between name and grade are those that the site shows; their headers are translated.

    So an address is what looks like one, and an ID number what differs from row to row.
    """
    columns = {place: [table.cell(row, place).strip() for row in numbers] for place in between}
    emails = [place for place, cells in columns.items() if _are(cells, _EMAIL)]
    ids = [place for place, cells in columns.items() if _are(cells, _ID) and place not in emails]
    for row, number in numbers.items():
        yield RowIdentity(
            row=row,
            system_id=number,
            id=table.cell(row, ids[0]).strip() if ids else "",
            email=table.cell(row, emails[0]).strip() if emails else "",
            name=table.cell(row, _NAME),
        )


def _are(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Whether cells are of a kind and tell people apart."""
    said = [cell for cell in cells if cell]
    return bool(said) and len(set(said)) == len(said) and all(map(pattern.fullmatch, said))


def _most(table: CsvCells, place: int, rows: Iterable[int]) -> dict[int, Fraction]:
    """The maximum grade of each row: the exporter writes it beside the grade."""
    found = {row: number_in(table.cell(row, place)) for row in rows}
    return {row: most for row, most in found.items() if most is not None}


def _refused(table: CsvCells, places: Iterable[int], rows: Iterable[int]) -> dict[int, str]:
    """Rows whose grade is locked: the one column of yes and no says so."""
    rows = list(rows)
    for place in places:
        said = {row: table.cell(row, place).strip().casefold() for row in rows}
        if set(said.values()) <= _YES | _NO:
            says = "is one whose grade cannot be changed, and Moodle would pass over it"
            return {row: says for row, word in said.items() if word in _NO}
    return {}
