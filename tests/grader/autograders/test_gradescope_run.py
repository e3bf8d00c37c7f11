"""One submission on Gradescope: what is written, whatever happens."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.autograders.gradescope_run import grade_for_gradescope, handed_in_at
from grader.batch.grading_here import grade_here
from grader.errors import CourseError
from grader.gradebooks.gradescope_results import HiddenTests
from grader.intake.reading import read
from grader.records import Status
from grader.settings import Course, load_assignment

SMALL = Path(__file__).parents[2] / "small_assignment"
RIGHT = "def shift(x):\n    return x + 1\n\n\ndef double(x):\n    return 3 * x\n"
RIGHT += "\n\ndef both(x):\n    return double(shift(x))\n"
COURSE = Course(secret="0123456789abcdef0123456789abcdef")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "submission.py").write_text(RIGHT)
    return tmp_path


def graded(root, *, assignment=SMALL, course=COURSE):
    report = grade_for_gradescope(
        root,
        assignment=load_assignment(assignment),
        course=course,
        hidden=HiddenTests.AFTER_DUE_DATE,
        require_level="none",
    )
    return report, json.loads((root / "results" / "results.json").read_text())


def test_the_results_are_those_of_the_report(root):
    (root / "submission_metadata.json").write_text('{"created_at": "2026-01-05T09:30:00+00:00"}')
    report, results = graded(root)
    assert report.status == Status.GRADED
    assert report.handed_in_at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    assert [test["score"] for test in results["tests"]] == [c.points for c in report.checks]
    visible = [test["visibility"] for test in results["tests"]]
    assert visible == ["after_due_date" if c.hidden else "visible" for c in report.checks]
    assert "after_due_date" in visible


def test_without_a_course_hidden_checks_do_not_run_and_that_is_said(root):
    report, results = graded(root, course=None)
    assert report.hidden_checks_left
    assert f"worth {report.hidden_points_left} point" in results["output"]


def test_what_cannot_be_read_has_its_reason_and_no_score(root):
    (root / "submission" / "submission.py").rename(root / "submission" / "essay.txt")
    report, results = graded(root)
    assert report.status == Status.UNREADABLE
    assert report.reason in results["output"]
    assert {"score", "tests"} & results.keys() == set()


def test_if_nothing_can_be_graded_the_results_say_that_it_is_no_fault_of_theirs(root, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(SMALL, broken)
    (broken / "test_visible.py").write_text("import no_such_module\n")
    with pytest.raises(CourseError):
        graded(root, assignment=broken)
    results = json.loads((root / "results" / "results.json").read_text())
    assert "Grading was stopped after 0 checks, through no fault of yours" in results["output"]
    assert {"score", "tests"} & results.keys() == set()


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "[]", "null", "[" * 100_000),
        *('{"created_at": 5}', '{"created_at": "noon"}', '{"created_at": "2026-01-05T09:30:00"}'),
    ],
)
def test_metadata_that_says_no_time_is_passed_over(text, tmp_path):
    path = tmp_path / "submission_metadata.json"
    if text is not None:
        path.write_text(text)
    assert handed_in_at(path) is None


def test_whoever_grades_here_is_told_of_each_check_before_the_report(root):
    said = []
    grade_here(
        [read(root / "submission" / "submission.py", "ada")],
        assignment=load_assignment(SMALL),
        emit=said.append,
        with_torch=False,
        require_level="none",
        course=COURSE,
        told=said.append,
    )
    *results, report = said
    assert len(results) == len(report.checks)
    assert {r.check: r.points for r in results} == {c.check: c.points for c in report.checks}
