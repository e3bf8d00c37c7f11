"""A CSV file as bytes whose cells can be exchanged one by one: every other byte stays as it was.

Byte-order mark, encoding, delimiter, quoting and line ends are those of the file. What a cell is
agrees with Python's `csv` in its default dialect.
"""

import io
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from grader.errors import GraderError

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_OTHER_FILES = {b"PK\x03\x04": "an .xlsx or a zip", b"\xd0\xcf\x11\xe0": "an .xls"}
_DELIMITERS = ",;\t"
_DOWNLOAD = "Download it again, and name it as it came."


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a cell stands in the text, quotes included."""

    start: int
    end: int
    value: str
    is_quoted: bool


class CsvCells:
    """The cells of one file, by row and column from 0. A short row has empty cells at its end.

    Kept are the text and where its rows begin; a row is taken apart when it is asked for.

    Args:
        raw: the file as it was downloaded.
        at: its name, for sentences.

    Raises:
        GraderError: it is no CSV file.
    """

    def __init__(self, raw: bytes, at: str) -> None:
        self.at = at
        self._mark, self._encoding = _encoding(raw)
        self._text = _decoded(raw[len(self._mark) :], self._encoding, at)
        self.delimiter, self._starts = _as_table(self._text, at)
        self._pattern = _cell_pattern(self.delimiter)
        self._forces_quotes = re.compile(rf'[{self.delimiter}"\r\n]')
        self._last: tuple[int, list[_Span]] = (-1, [])

    @property
    def n_rows(self) -> int:
        return len(self._starts)

    @property
    def header(self) -> list[str]:
        return self.row(0)

    def row(self, row: int) -> list[str]:
        return [cell.value for cell in self._cells(row)]

    def cell(self, row: int, column: int) -> str:
        """What a cell says; a cell that the row lacks says nothing."""
        cells = self._cells(row)
        return cells[column].value if 0 <= column < len(cells) else ""

    def has(self, row: int, column: int) -> bool:
        return 0 <= column < len(self._cells(row))

    def is_blank(self, row: int) -> bool:
        return not any(cell.value.strip() for cell in self._cells(row))

    def with_cells(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """The file with other values in the cells that are named by row and column.

        Raises:
            GraderError: a value has a character that the file's encoding lacks.
        """
        by_row: dict[int, dict[int, str]] = {}
        for (row, column), value in values.items():
            by_row.setdefault(row, {})[column] = value
        made = io.BytesIO()
        self.write_with(made, lambda row: by_row.get(row, {}))
        return made.getvalue()

    def write_with(self, file: BinaryIO, cells_of: Callable[[int], Mapping[int, str]]) -> None:
        """Write the file with other values in some cells.

        Args:
            cells_of: the values of a row, by column; asked for one row after the other.

        Raises:
            GraderError: a value has a character that the file's encoding lacks.
        """
        file.write(self._mark)
        done = 0
        for row in range(self.n_rows):
            for column, value in sorted(cells_of(row).items()):
                cell = self._cells(row)[column]
                if value != cell.value:
                    before = self._text[done : cell.start]
                    file.write(self._encoded(before + self._written(value, cell)))
                    done = cell.end
        file.write(self._encoded(self._text[done:]))

    def _cells(self, row: int) -> list[_Span]:
        """Those of a row; the last one that was asked for is kept."""
        if self._last[0] != row:
            found: list[_Span] = []
            for cell, after in _spans(self._text, self._pattern, self._starts[row]):
                found.append(cell)
                if after != self.delimiter:
                    break
            self._last = (row, found)
        return self._last[1]

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode(self._encoding)
        except UnicodeEncodeError as error:
            raise GraderError(
                f"is written in {self._encoding}, which lacks {text[error.start]!r}",
                at=self.at,
                fix="Download it as UTF-8, or leave the feedback out.",
            ) from error

    def _written(self, value: str, before: _Span) -> str:
        if before.is_quoted or self._forces_quotes.search(value):
            return '"' + value.replace('"', '""') + '"'
        return value


class _OpenQuote(Exception):
    """A quote that begins a cell is never closed; the number is that of its line."""


def _decoded(raw: bytes, encoding: str, at: str) -> str:
    other = next((said for mark, said in _OTHER_FILES.items() if raw.startswith(mark)), None)
    if other:
        raise GraderError(f"is {other}, and no CSV file", at=at, fix=_DOWNLOAD)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise GraderError(f"is no text: {error.reason}", at=at, fix=_DOWNLOAD) from error


def _as_table(text: str, at: str) -> "tuple[str, array[int]]":
    """The delimiter, and where rows begin: as long as the header are they by it, and longest."""
    found: dict[str, _Rows] = {}
    problem = "holds no table"
    for delimiter in _DELIMITERS:
        try:
            rows = _rows(text, delimiter)
        except _OpenQuote as error:
            problem = f"has a quote in line {error} that is never closed"
            continue
        if rows.n_columns > 1:
            found[delimiter] = rows
    if not found:
        raise GraderError(problem, at=at, fix=_DOWNLOAD)
    chosen, rows = max(found.items(), key=lambda each: (each[1].are_even, each[1].n_columns))
    return chosen, rows.starts


def _encoding(raw: bytes) -> tuple[bytes, str]:
    """The byte-order mark, if there is one, and the encoding."""
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return mark, encoding
    start = raw[:1000]
    if b"\0" in start:
        return b"", "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return b"", "cp1252" if _reads(raw, "cp1252") else "latin-1"
    return b"", "utf-8"


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a text by one delimiter."""

    starts: "array[int]"
    n_columns: int  # of the header
    are_even: bool  # each that is not empty has as many cells as the header


def _rows(text: str, delimiter: str) -> _Rows:
    starts, lengths = array("Q"), set[int]()
    n_columns = n_cells = 0
    for cell, after in _spans(text, _cell_pattern(delimiter), 0):
        if not n_cells:
            starts.append(cell.start)
        n_cells += 1
        if after == delimiter:
            continue
        n_columns = n_columns or n_cells
        if n_cells > 1 or cell.value:
            lengths.add(n_cells)
        n_cells = 0
    return _Rows(starts, n_columns, len(lengths) == 1)


def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    plain = rf"[^{delimiter}\r\n]*"
    return re.compile(
        rf'(?:"(?P<quoted>[^"]*(?:""[^"]*)*)"(?P<rest>{plain})|(?P<plain>(?!"){plain}))'
        rf"(?P<after>{delimiter}|\r\n|\r|\n|\Z)"
    )


def _spans(text: str, pattern: re.Pattern[str], place: int) -> Iterator[tuple[_Span, str]]:
    """The cells from a place on, the beginning of a row, each with what follows it.

    Raises:
        _OpenQuote: a cell has a quote that is never closed.
    """
    is_new = True
    while place < len(text) or not is_new:
        if (match := pattern.match(text, place)) is None:
            raise _OpenQuote(text.count("\n", 0, place) + 1)
        quoted, after = match["quoted"], match["after"]
        value = match["plain"] if quoted is None else quoted.replace('""', '"') + match["rest"]
        yield _Span(place, match.start("after"), value, quoted is not None), after
        place, is_new = match.end(), after in ("\r\n", "\r", "\n", "")
