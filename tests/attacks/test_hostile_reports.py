"""What attackers can bring into the files and the terminal of others: no text that acts."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator

import pytest

from grader.course import load_assignment
from grader.records import report_from_json
from tests.attacks.whole_grader import Run

# Whatever a terminal or an eye obeys instead of showing it.
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
FORMULA = re.compile(r"\s*[=+\-@\t\r\n]")


@pytest.mark.parametrize("kind", ["reports", "staff"])
def test_every_report_is_text_that_only_shows(hostile_class: Run, kind: str):
    for path in hostile_class.files(kind):
        text = path.read_bytes().decode("utf-8")
        assert not ACTS.search(text), path.name
        for string in strings(json.loads(text)):
            assert not ACTS.search(string), path.name
            assert longest_pile(string) <= 4, path.name


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from strings(item)
        case dict():
            for key, item in value.items():
                yield key
                yield from strings(item)


def longest_pile(text: str) -> int:
    """The most combining marks in a row."""
    longest = marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        longest = max(longest, marks)
    return longest


def test_no_cell_of_the_gradebook_is_a_formula(hostile_class: Run):
    rows = hostile_class.grades()
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        assert not FORMULA.match(cell), cell
        assert not ACTS.search(cell), cell


def test_what_the_command_prints_only_shows(hostile_class: Run):
    assert not ACTS.search(hostile_class.said)


def test_what_a_terminal_shows_of_the_reports_only_shows(hostile_class: Run):
    from rich.console import Console

    from grader.reports.terminal import check_report, gradebook

    assignment = load_assignment(hostile_class.folder / "course" / "decoder-generation")
    reports = [report_from_json(path.read_bytes()) for path in hostile_class.files("reports")]
    shown = io.StringIO()
    console = Console(file=shown, width=120, force_terminal=False, highlight=False)
    console.print(gradebook(reports))
    for report in reports:
        console.print(check_report(report, assignment))
    assert not ACTS.search(shown.getvalue())


def test_the_gradebook_is_read_alike_by_every_reader(hostile_class: Run):
    text = (hostile_class.results / "grades.csv").read_text(encoding="utf-8")
    assert len(list(csv.reader(io.StringIO(text)))) == len(text.splitlines())
