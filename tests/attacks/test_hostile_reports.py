"""What attackers can bring into the files and the terminal of others: no text that acts."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator

import pytest
from rich.console import Console

from grader.records import report_from_json
from grader.reports.terminal import check_report, gradebook
from grader.settings import load_assignment
from tests.attacks.whole_grader import Run

# Whatever a terminal or an eye obeys instead of showing it.
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
MARKS = 4  # combining marks in a row that languages need
FORMULA = re.compile(r"[=+\-@\t\r\n]")  # how a formula can begin


@pytest.mark.parametrize("kind", ["reports", "staff"])
def test_every_report_is_text_that_only_shows(hostile_class: Run, kind: str):
    acting = [path.stem for path in hostile_class.files(kind) if acts(path.read_bytes())]
    assert acting == []


def test_every_page_is_text_that_only_shows(hostile_class: Run):
    pages = {path: path.read_text(encoding="utf-8") for path in hostile_class.pages()}
    assert len(pages) == len(hostile_class.files("reports"))
    assert [path.stem for path, text in pages.items() if ACTS.search(text)] == []
    assert [
        path.stem for path, text in pages.items() if re.search("<script|<img|<a [^>]*//", text)
    ] == []


def acts(report: bytes) -> bool:
    """Whether a report holds such text, as a file or when its strings are shown."""
    text = report.decode("utf-8")
    held = [text, *strings(json.loads(text))]
    return any(ACTS.search(string) or longest_pile(string) > MARKS for string in held)


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
    shown = terminal(hostile_class, "")
    assert not ACTS.search(shown)


def test_no_line_of_a_terminal_is_the_attackers_own(hostile_class: Run):
    """What it raised or printed stands indented, so that it cannot pass for a line of ours."""
    lines = terminal(hostile_class, "reports-claims_a_verdict").splitlines()
    claims = ("All 74 checks passed", "::set-output", '{"submission"', "softmax  5/5")
    assert [line for line in lines if line.startswith(claims)] == []


def terminal(run: Run, name: str) -> str:
    """The reports whose names end with a name, and the gradebook, as a terminal shows them."""
    assignment = load_assignment(run.folder / "course" / "decoder-generation")
    paths = [path for path in run.files("reports") if path.stem.endswith(name)]
    reports = [report_from_json(path.read_bytes()) for path in paths]
    console = Console(file=io.StringIO(), width=120, highlight=False)
    console.print(gradebook(reports))
    for report in reports:
        console.print(check_report(report, assignment))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_gradebook_is_read_alike_by_every_reader(hostile_class: Run):
    text = (hostile_class.results / "grades.csv").read_text(encoding="utf-8")
    assert len(list(csv.reader(io.StringIO(text)))) == len(text.splitlines())
