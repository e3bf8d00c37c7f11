"""What a suite is, what its tests are worth, and what is said where something does not fit."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import CourseError
from grader.intake.reading import read
from grader.suites.handed_package import modules_for, served
from grader.suites.suite import is_suite, load_suite

ROOT = Path(__file__).parents[3]
BASICS = ROOT / "tests" / "basics_suite"
TESTS = """
import work


def test_one():
    assert work.one() == 1


def test_two():
    assert work.two() == 2
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "test_work.py").write_text(TESTS)
    (tmp_path / "ada.py").write_text("def one():\n    return 1\n\n\ndef two():\n    return 3\n")
    return tmp_path


def check(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "grader", "check", *map(str, words), "--suite", folder / "suite"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_folder_is_a_suite_if_it_has_tests_and_no_assignment(folder):
    assert is_suite(folder / "suite")
    assert not is_suite(ROOT / "assignments" / "decoder-generation")
    assert not is_suite(ROOT / "docs")


def test_what_students_bring_is_known_by_the_names_under_which_a_suite_imports_it():
    suite = load_suite(BASICS)
    assert suite.files == ("tests/adapters.py",)
    modules = modules_for(suite, read(ROOT / "tests" / "basics_solution", as_package=True))
    assert "tests/adapters.py" in modules
    assert served(suite, modules) == {"tests.adapters", "basics"}


def test_one_file_is_the_module_that_the_suite_lacks(folder):
    (folder / "work.py").write_text((folder / "ada.py").read_text())
    ran = check(folder, folder / "work.py")
    assert ran.returncode == 1
    assert "1 of 2 checks did not pass: 1 of 2 points." in ran.stdout
    assert "assert 3 == 2" in ran.stdout


def test_a_table_says_what_counts(folder):
    (folder / "suite" / "suite.yaml").write_text(
        "student: [work]\npoints: {'test_work.py::test_two': 4}\n"
    )
    (folder / "work.py").write_text((folder / "ada.py").read_text())
    assert "0 of 4 points" in check(folder, folder / "work.py").stdout


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("student: [a.py]\n", "student: there is no file 'a.py' in the suite"),
        ("points: {test_work.py::test_x: 1}\nstudent: [work]\n", "points: no test is 'test_wo"),
        ("points: {a: -1}\n", "suite.yaml:1: points.a: expected an integer >= 1"),
        ("titel: x\n", "there is no key 'titel' here"),
    ],
)
def test_a_mistake_of_the_settings_is_one_sentence(folder, settings, says):
    (folder / "suite" / "suite.yaml").write_text(settings)
    ran = check(folder, folder / "ada.py")
    assert ran.returncode == 2, ran.stdout
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_file_that_the_suite_needs_is_asked_for(folder):
    (folder / "suite" / "adapters.py").write_text("")
    (folder / "class").mkdir()
    for name in ("a.py", "b.py"):
        (folder / "class" / name).write_text("x = 1\n")
    ran = check(folder, folder / "class")
    assert ran.returncode == 1
    assert "there is no adapters.py\n  Hand in adapters.py" in ran.stderr


def test_a_folder_without_tests_is_no_suite(tmp_path):
    with pytest.raises(CourseError, match="holds no tests"):
        load_suite(tmp_path)
