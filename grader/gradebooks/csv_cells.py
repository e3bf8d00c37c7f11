"""A CSV file as bytes whose cells can be exchanged one by one: every other byte stays as it was.

Byte-order mark, encoding, delimiter, quoting and line ends are those of the file. What a cell is
agrees with Python's `csv` in its default dialect.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
        self.delimiter, self._rows = _as_table(self._text, at)
        self._forces_quotes = re.compile(rf'[{self.delimiter}"\r\n]')

    @property
    def n_rows(self) -> int:
        return len(self._rows)

    @property
    def header(self) -> list[str]:
        return [cell.value for cell in self._rows[0]]

    def row(self, row: int) -> list[str]:
        return [cell.value for cell in self._rows[row]]

    def cell(self, row: int, column: int) -> str:
        """What a cell says; a cell that the row lacks says nothing."""
        cells = self._rows[row]
        return cells[column].value if 0 <= column < len(cells) else ""

    def has(self, row: int, column: int) -> bool:
        return 0 <= column < len(self._rows[row])

    def is_blank(self, row: int) -> bool:
        return not any(cell.value.strip() for cell in self._rows[row])

    def with_cells(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """The file with other values in the cells that are named by row and column.

        Raises:
            GraderError: a value has a character that the file's encoding lacks.
        """
        parts, done = [], 0
        for (row, column), value in sorted(values.items()):
            cell = self._rows[row][column]
            if value == cell.value:
                continue
            parts += [self._text[done : cell.start], self._written(value, cell)]
            done = cell.end
        text = "".join([*parts, self._text[done:]])
        try:
            return self._mark + text.encode(self._encoding)
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


def _as_table(text: str, at: str) -> tuple[str, list[list[_Span]]]:
    """The delimiter and the cells: the one by which rows are as long as the header, and longest."""
    found: dict[str, list[list[_Span]]] = {}
    problem = "holds no table"
    for delimiter in _DELIMITERS:
        try:
            rows = _rows(text, delimiter)
        except _OpenQuote as error:
            problem = f"has a quote in line {error} that is never closed"
            continue
        if rows and len(rows[0]) > 1:
            found[delimiter] = rows
    if not found:
        raise GraderError(problem, at=at, fix=_DOWNLOAD)
    return max(found.items(), key=lambda each: (_is_even(each[1]), len(each[1][0])))


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


def _rows(text: str, delimiter: str) -> list[list[_Span]]:
    plain = rf"[^{delimiter}\r\n]*"
    pattern = re.compile(
        rf'(?:"(?P<quoted>[^"]*(?:""[^"]*)*)"(?P<rest>{plain})|(?P<plain>(?!"){plain}))'
        rf"(?P<after>{delimiter}|\r\n|\r|\n|\Z)"
    )
    rows: list[list[_Span]] = []
    place, is_new = 0, True
    while place < len(text) or not is_new:
        if (match := pattern.match(text, place)) is None:
            raise _OpenQuote(text.count("\n", 0, place) + 1)
        quoted = match["quoted"]
        value = match["plain"] if quoted is None else quoted.replace('""', '"') + match["rest"]
        span = _Span(place, match.start("after"), value, quoted is not None)
        if is_new:
            rows.append([])
        rows[-1].append(span)
        place, is_new = match.end(), match["after"] != delimiter
    return rows


def _is_even(rows: Sequence[Sequence[_Span]]) -> bool:
    """Whether each row that is not empty has as many cells as the header."""
    return len({len(row) for row in rows if len(row) > 1 or row[0].value}) == 1
