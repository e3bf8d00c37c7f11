"""The files of a results folder: whole at every moment, and harmless in a spreadsheet."""

import csv
import io
import os
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.batch.class_grades import code_grades, grades_csv
from grader.batch.results import Results
from grader.durable_files import write_whole
from grader.errors import GraderFault
from grader.records import CheckResult, Report, StageResult, Status, Verdict

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
IN_NAMES = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])


def report(name, points=None, **changes):
    checks = (
        ()
        if points is None
        else (
            CheckResult(
                check="shift.values",
                stage="shift",
                claim="One is added.",
                verdict=Verdict.PASSED if points else Verdict.FAILED,
                points=points,
                max_points=2,
            ),
        )
    )
    return Report(
        submission=name,
        assignment="arithmetic",
        key="k",
        grader_version="1",
        **{
            "status": Status.GRADED,
            "stages": (StageResult(stage="shift", title="Add one", checks=checks),),
        }
        | changes,
    )


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results")


def test_what_is_written_is_found_again(results):
    first, second = report("ada", 2), report("bob", 0)
    for one in (first, second):
        results.keep(one, one, at=AT)
    assert results.newest() == {"ada": first, "bob": second}


def test_before_the_first_run_nothing_is_finished(tmp_path):
    assert Results(tmp_path / "nowhere").newest() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"submission": "ada"}', "\x00" * 100])
def test_a_broken_report_counts_as_missing(results, text):
    results.keep(report("bob", 2), report("bob", 2), at=AT)
    (results.folder / "reports" / "ada.json").write_text(text)
    assert set(results.newest()) == {"bob"}


def test_staff_and_students_get_their_own(results):
    results.keep(report("ada", 2, reason="for staff"), report("ada", 2), at=AT)
    assert results.newest()["ada"].reason == ""
    assert "for staff" in (results.folder / "staff" / "ada.json").read_text()


@settings(deadline=None, max_examples=30)
@example(names={".", "..", "...", "x" * 300, "x" * 301, "é" * 150, "é" * 151, "x" * 200, "x" * 201})
@given(names=st.sets(st.text(IN_NAMES, min_size=1, max_size=300)))
def test_every_name_has_its_own_file(tmp_path_factory, names):
    results = Results(tmp_path_factory.mktemp("results"))
    for name in names:
        results.keep(report(name, 2), report(name, 2), at=AT)
    assert set(results.newest()) == names


def test_a_file_is_the_old_one_or_the_new_one(tmp_path, monkeypatch):
    path = tmp_path / "grades.csv"
    write_whole(path, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(GraderFault, match=r"cannot be written \(No space left on device\)"):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["grades.csv"]


def rows(reports):
    grades = code_grades({one.submission: one for one in reports}, [])
    return list(csv.reader(io.StringIO(grades_csv(grades, ["shift"]).decode(), newline="")))


def test_the_gradebook_is_sorted_and_complete():
    unreadable = report("eve", status=Status.UNREADABLE, reason="no zip", stages=())
    ungraded = report("dan", 2, status=Status.UNGRADED, reason="our fault")
    assert rows([report("bob", 0), unreadable, report("ada", 2), ungraded]) == [
        ["submission", "status", "points", "max_points", "shift", "reason"],
        ["ada", "graded", "2", "2", "2", ""],
        ["bob", "graded", "0", "2", "0", "shift 0: failed: One is added."],
        ["dan", "ungraded", "", "", "", "our fault"],
        ["eve", "unreadable", "", "", "", "no zip"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(start):
    text = f"{start}HYPERLINK(A1)"
    row = rows([report(text, status=Status.UNREADABLE, reason=text, stages=())])[1]
    assert row[0] == row[-1] == f"'{text}"


@pytest.mark.parametrize("start", ["\n", "\r", "\r\n", " ", "\x0b", "\u2028", " \n "])
def test_no_cell_is_a_formula_after_a_line_end(start):
    text = f"{start}=HYPERLINK(A1)"
    row = rows([report(text, status=Status.UNREADABLE, reason=text, stages=())])[1]
    assert row[0] == row[-1]
    assert row[0].startswith("' ")
    assert row[0].endswith(" =HYPERLINK(A1)")


def test_a_cell_of_several_lines_becomes_one_line():
    text = "the reason\r\nin\nthree lines"
    row = rows([report("ada", status=Status.UNREADABLE, reason=text, stages=())])[1]
    assert row[-1] == "the reason in three lines"


@settings(deadline=None)
@given(name=TEXT, reason=TEXT)
def test_a_gradebook_has_a_row_for_each_submission(name, reason):
    table = rows([report(name, status=Status.UNREADABLE, reason=reason, stages=())])
    assert len(table) == 2
    assert len(table[1]) == 6
    assert table[1][0].removeprefix("'") == " ".join(name.splitlines()).removeprefix("'")


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, most_bytes):
    path = tmp_path / "grades.csv"
    write_whole(path, b"old")
    with most_bytes(1000), pytest.raises(GraderFault, match=r"be written \(File too large\)"):
        write_whole(path, b"x" * 1001)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["grades.csv"]


def test_a_report_that_finds_no_room_leaves_nothing(results, most_bytes):
    results.keep(report("ada", 2), report("ada", 2), at=AT)
    with most_bytes(1000), pytest.raises(GraderFault):
        results.keep(report("bob", 2, reason="x" * 1000), report("bob", 2), at=AT)
    files = {path.name for path in results.folder.rglob("*") if path.is_file()}
    assert files == {"ada.json"}
    assert set(results.newest()) == {"ada"}


def test_folders_that_cannot_be_made_are_one_sentence(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(GraderFault, match=r"results/staff: cannot be made \(Not a directory\)"):
        Results(tmp_path / "results").keep(report("ada", 2), report("ada", 2), at=AT)
