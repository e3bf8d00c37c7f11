"""The names for programs: records come back, and what goes wrong is one of our errors."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import api, checks
from grader.errors import CourseError, GraderError, GraderFault, SubmissionError
from grader.records import Status, to_json
from tests.grader.intake.downloads import as_zip

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text()
FUNCTIONS = [api.grade_submission, api.grade_folder, api.read_report, api.open_store]


def block(language, number=0):
    return PAGE.split(f"```{language}\n")[number + 1].partition("```")[0]


def run(*words, folder):
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture
def submission(tmp_path, right):
    path = tmp_path / "class" / "ada.py"
    path.parent.mkdir()
    path.write_text(right)
    return path


def test_a_submission_gets_a_report_and_nothing_is_printed(small, submission, capfd):
    report = api.grade_submission(submission, assignment=small, require_level="none")
    assert report.status == Status.GRADED
    assert report.hidden_checks_left == 3
    assert capfd.readouterr() == ("", "")


def test_hidden_checks_run_with_the_secret_of_a_course(small, submission, tmp_path):
    course = tmp_path / "course.yaml"
    course.write_text("secret: abc\n")
    words = {"assignment": small, "require_level": "none"}
    report = api.grade_submission(submission, course=course, **words)
    assert report.hidden_checks_left == 0
    assert report.points == report.max_points
    course.write_text("name: without\n")
    with pytest.raises(CourseError, match="has no secret"):
        api.grade_submission(submission, course=course, **words)


def test_a_folder_gets_its_reports_and_they_can_be_read(small, submission, tmp_path):
    words = {"assignment": small, "n_workers": 1, "require_level": "none"}
    (report,) = api.grade_folder(submission.parent, tmp_path / "results", **words)
    assert report.points == report.max_points > 0
    assert api.read_report(tmp_path / "results" / "staff" / "ada.json") == report


def test_a_download_gets_the_names_of_the_roster(small, right, tmp_path):
    place = as_zip({"ada_4711_90210_submission.py": right}, tmp_path / "download")
    (tmp_path / "people.csv").write_text("name,id,canvas id\nAda,1815,4711\n")
    words = {"assignment": small, "n_workers": 1, "require_level": "none", "layout": "canvas"}
    (report,) = api.grade_folder(
        place, tmp_path / "results", roster=tmp_path / "people.csv", **words
    )
    assert (report.submission, report.points) == ("1815", 7)


def test_what_is_no_report_is_a_sentence(tmp_path):
    path = tmp_path / "x.json"
    with pytest.raises(GraderFault, match="cannot be read"):
        api.read_report(path)
    path.write_bytes(to_json({"a": 1}))
    with pytest.raises(GraderFault, match="is no report"):
        api.read_report(path)


def test_a_store_is_opened(tmp_path):
    with api.open_store(tmp_path / "quiz.sqlite") as store:
        assert isinstance(store, api.QuizStore)


def test_what_is_not_there_is_an_error_of_ours(small, tmp_path):
    with pytest.raises(SubmissionError):
        api.grade_submission(tmp_path / "x.py", assignment=small)
    with pytest.raises(GraderError):
        api.grade_submission(tmp_path / "x.py", assignment="nothing")


@pytest.mark.parametrize("module", [api, checks], ids=["api", "checks"])
def test_every_public_name_is_there(module):
    assert module.__all__ == sorted(module.__all__, key=lambda n: (not n.isupper(), n))
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_public_function_says_since_when_it_is_there(function):
    assert "Since 0.2." in inspect.getdoc(function)


def test_the_names_for_checks_that_came_later_say_since_when_they_are_there():
    said = {name: inspect.getdoc(getattr(checks, name)) or "" for name in checks.__all__}
    noted = {name: "".join(re.findall(r"Since (0\.\d)", said[name])) for name in said}
    of_cache = ("ScriptedPasses", "assert_cached_order", "assert_few_positions", "assert_prefixes")
    assert {name: since for name, since in noted.items() if since} == {
        **dict.fromkeys(("equivalent", "misconception"), "0.2"),
        **dict.fromkeys((*of_cache, "ScriptedFunctions", "assert_equal"), "0.5"),
        **dict.fromkeys(("MadeObject", "call_table"), "0.6"),
    }


def test_the_example_of_the_page_is_real():
    assert run("-c", block("python"), folder=ROOT) == block("text")


def test_the_conformance_tests_of_the_page_run(tmp_path):
    (tmp_path / "test_mine.py").write_text(block("python", 1))
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "poison or lying", str(tmp_path))
    assert "2 passed" in run(*words, folder=tmp_path)
