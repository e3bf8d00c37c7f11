"""What people really hand in gets the marks of the code that is in it: the table of `cases`."""

import json
import re
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from grader.records import Verdict, report_from_json
from grader.settings import find_assignment

CASES = Path(__file__).parent / "cases"
COURSE = find_assignment("decoder-generation").folder
RIGHT = COURSE / "examples" / "submissions" / "right-torch.py"
NOTEBOOK = COURSE / "examples" / "submissions" / "right-notebook.ipynb"
LOAD_SECONDS = 4

# What is said of each that has full marks; nothing of the others.
SAID = {
    "asks-at-the-end": r"\.py:\d+ raised EOFError: .*nobody types here.*: prompt = input\(",
    "exits-at-the-end": r"\.py:\d+ ended the program \(SystemExit: 0\): sys\.exit\(0\)",
    "own-test-fails": r"\.py:\d+ raised AssertionError: I thought the first one wins: assert ",
    "plots-at-the-end": "",
    "trains-at-the-end": r"\.py:\d+ was stopped after 4 s: for epoch in range\(10_000\):",
    "loops-at-the-end": r"\.py:\d+ was stopped after 4 s: while True:",
    "parses-its-arguments": "",
    "mounts-a-drive": "",
    "imports-a-missing-package-last": r"\.py:\d+ raised ModuleNotFoundError: .*: import einops",
    "exported-by-jupyter": r"Left out, .*: %matplotlib inline",
    "exported-by-colab": r"Left out, .*: !pip install einops",
    "prints-late": "",
    "long-cell-at-the-end": r"cell 16 line 3 was stopped after 4 s: for step in",
    "am-i-in-colab": "",
    "display": "",
    "writefile-cell": "",
    "percent-continues-a-line": "",
    "without-version": "",
    "says-latin-1": "",
    "with-an-unused-file-in-latin-1": r"old\.py is not UTF-8 text \(line 1\), and matters only if",
    "zip-with-git": "",
    "zip-with-environment": "",
    "zip-with-link": "",
    "large-notebook": r"Left out, .*",
    "large-notebook-beside": "",
    "zip-with-large-checkpoint": "",
}


@pytest.fixture(scope="module")
def reports(grader, tmp_path_factory):
    """The reports for staff by name. The load time is short, so that what has no end ends soon."""
    folder = tmp_path_factory.mktemp("cases")
    assignment = folder / "decoder-generation"
    shutil.copytree(COURSE, assignment, ignore=shutil.ignore_patterns("examples"))
    settings = assignment / "assignment.yaml"
    limit = f"load_seconds: {LOAD_SECONDS}"
    settings.write_text(re.sub(r"load_seconds: \d+", limit, settings.read_text()))
    entries = folder / "entries"
    entries.mkdir()
    for case in CASES.glob("*/*"):
        copy = shutil.copytree if case.is_dir() else shutil.copy
        copy(case, entries / case.name)
    make_large_ones(entries)
    ran = grader(*("batch", entries, "-o", folder / "results", "-j", 2, "--assignment", assignment))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = (folder / "results" / "staff").glob("*.json")
    return {path.stem: report_from_json(path.read_bytes()) for path in found}


def make_large_ones(entries):
    code = RIGHT.read_text()
    with zipfile.ZipFile(entries / "zip-with-git.zip", "w") as archive:
        archive.writestr("hw/submission.py", code)
        for number in range(3000):
            archive.writestr(f"hw/.git/objects/{number:040}", "")
    with zipfile.ZipFile(entries / "zip-with-environment.zip", "w") as archive:
        archive.writestr("hw/submission.py", code)
        archive.writestr("hw/py312/pyvenv.cfg", "home = /usr/bin")
        for number in range(3000):
            archive.writestr(f"hw/py312/lib/site-packages/p/m{number}.py", "x = 1\n" * 500)
    link = zipfile.ZipInfo("hw/.venv/bin/python")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(entries / "zip-with-link.zip", "w") as archive:
        archive.writestr("hw/submission.py", code)
        archive.writestr(link, "/usr/bin/python3")
    notebook = json.loads(NOTEBOOK.read_text())
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (5 << 20)}}
    next(c for c in notebook["cells"] if c["cell_type"] == "code")["outputs"] = [picture]
    large = json.dumps(notebook)
    (entries / "large-notebook.ipynb").write_text(large)
    beside = entries / "large-notebook-beside"
    beside.mkdir()
    (beside / "submission.py").write_text(code)
    (beside / "plots.ipynb").write_text(large)
    with zipfile.ZipFile(entries / "zip-with-large-checkpoint.zip", "w") as archive:
        archive.writestr("hw/submission.py", code)
        archive.writestr("hw/.ipynb_checkpoints/plots-checkpoint.ipynb", large)


def test_every_case_is_told_in_the_table_and_graded(reports):
    told = (CASES / "README.md").read_text()
    for case in CASES.glob("*/*"):
        assert f"`{case.relative_to(CASES)}`" in told
    assert set(reports) == {*SAID, "asks-for-much-memory"}


@pytest.mark.parametrize("case", SAID)
def test_right_code_has_full_marks(reports, case):
    report = reports[case]
    lost = [(check.check, check.message) for check in report.checks if check.points == 0]
    assert (report.points, lost) == (100, [])


@pytest.mark.parametrize("case", SAID)
def test_what_was_left_out_is_said(reports, case):
    notes = reports[case].notes
    if not SAID[case]:
        assert notes == ()
    else:
        assert len(notes) == 1
        assert re.search(SAID[case], notes[0]), notes


def test_a_stage_that_asks_for_too_much_memory_is_told_its_line(reports):
    report = reports["asks-for-much-memory"]
    lost = [check for check in report.checks if check.verdict == Verdict.OUT_OF_MEMORY]
    assert lost
    assert {check.stage for check in lost} == {"softmax"}
    assert "py:25, in softmax: big = torch.zeros(40000, 40000)" in lost[0].message
