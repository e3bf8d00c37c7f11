"""Only the named cells of a CSV file change: every other byte stays, and Python's `csv` agrees."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.gradebooks.csv_cells import CsvCells

VALUES = st.text(st.sampled_from('aé ß"";,\t\n#0.'), max_size=6)
ENCODINGS = {"utf-8": b"", "utf-8-sig": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def parsed(raw, encoding, delimiter):
    text = raw.decode({"utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding))
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@st.composite
def files(draw):
    """A file as programs write it, and the table in it."""
    width = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(VALUES, min_size=width, max_size=width), min_size=1, max_size=5))
    delimiter = draw(st.sampled_from(",;\t"))
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    text = io.StringIO(newline="")
    header = [f"column {number}" for number in range(width)]
    written = csv.writer(
        text,
        delimiter=delimiter,
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    written.writerows([header, *rows])
    whole = text.getvalue()
    whole = whole if draw(st.booleans()) else whole.rstrip("\r\n")
    return ENCODINGS[encoding] + whole.encode(encoding), encoding, delimiter


@given(files(), st.data())
def test_only_the_named_cells_differ_for_pythons_csv(file, data):
    raw, encoding, delimiter = file
    cells = CsvCells(raw, "grades.csv")
    before = parsed(raw, encoding, delimiter)
    assert cells.delimiter == delimiter
    assert [cells.row(row) for row in range(cells.n_rows)] == before
    column = data.draw(st.integers(0, len(before[0]) - 1))
    values = {
        (row, column): data.draw(VALUES)
        for row in range(1, len(before))
        if data.draw(st.booleans())
    }
    after = parsed(cells.with_cells(values), encoding, delimiter)
    expected = [list(row) for row in before]
    for (row, at), value in values.items():
        expected[row][at] = value
    assert after == expected


RAW_CELLS = st.one_of(
    st.text(st.sampled_from("aé 0.#"), max_size=4),
    st.text(st.sampled_from('aé,;\t\r\n"'), max_size=4).map(
        lambda text: '"' + text.replace('"', '""') + '"'
    ),
)


@given(
    st.lists(st.lists(RAW_CELLS, min_size=3, max_size=3), min_size=1, max_size=4),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(sorted(ENCODINGS)),
    st.data(),
)
def test_every_byte_around_a_changed_cell_stays(rows, delimiter, ending, encoding, data):
    def as_bytes(rows):
        lines = [delimiter.join(row) for row in [["one", "two", "three"], *rows]]
        return ENCODINGS[encoding] + ending.join([*lines, ""]).encode(encoding)

    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, 2))
    changed = CsvCells(as_bytes(rows), "x").with_cells({(row + 1, column): "77"})
    is_quoted = rows[row][column].startswith('"')
    rows[row][column] = '"77"' if is_quoted else "77"
    assert changed == as_bytes(rows)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_table_or_one_sentence(raw):
    with contextlib.suppress(GraderError):
        assert CsvCells(raw, "grades.csv").with_cells({}) == raw


def test_the_style_of_each_cell_is_kept():
    raw = b'a,"b",c\r\n"1",2,\r\n'
    cells = CsvCells(raw, "x")
    assert cells.with_cells({(1, 0): "9", (1, 1): "8", (1, 2): "7"}) == b'a,"b",c\r\n"9",8,7\r\n'
    assert cells.with_cells({(1, 1): 'a "b", c'}) == b'a,"b",c\r\n"1","a ""b"", c",\r\n'


def test_a_file_in_the_encoding_of_old_windows_is_kept():
    raw = "Name;Note\r\nMüller;\r\n".encode("cp1252")
    cells = CsvCells(raw, "x")
    assert cells.row(1) == ["Müller", ""]
    assert cells.with_cells({(1, 1): "5"}) == "Name;Note\r\nMüller;5\r\n".encode("cp1252")
    with pytest.raises(GraderError, match="cp1252, which lacks '≤'"):
        cells.with_cells({(1, 1): "≤"})


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "holds no table"),
        (b"one\ntwo\n", "holds no table"),
        (b"PK\x03\x04rest", "is an .xlsx or a zip, and no CSV file"),
        (b'a,b\n1,"two\n', "has a quote in line 2 that is never closed"),
    ],
)
def test_what_is_no_csv_file_is_said(raw, said):
    with pytest.raises(GraderError, match=said):
        CsvCells(raw, "x.csv")
