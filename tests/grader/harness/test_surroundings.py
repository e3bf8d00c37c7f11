"""Nothing around an assignment changes a grade: no file, no setting, no plugin, no other run."""

import os
import sys

import pytest

from grader.records import Verdict

BREAKING = """
import pytest

@pytest.fixture(autouse=True)
def everything_breaks():
    raise RuntimeError("a file above the assignment was read")

def pytest_collection_modifyitems(items):
    items.clear()
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -k nothing --maxfail=1\npython_files = nothing.py\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-k nothing'\n"),
        ("tox.ini", "[pytest]\npython_functions = nothing\n"),
        ("setup.cfg", "[tool:pytest]\npython_functions = nothing\n"),
    ],
)
def test_settings_of_pytest_do_not_matter(small, grade_source, right, name, text):
    for folder in (small, small.parent):
        (folder / name).write_text(text)
    assert grade_source(right).points == 7


def test_a_conftest_above_the_assignment_does_not_matter(small, grade_source, right):
    (small.parent / "conftest.py").write_text(BREAKING)
    assert grade_source(right).points == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTEST_ADDOPTS", "-k nothing"),
        ("PYTEST_ADDOPTS", "--collect-only"),
        ("PYTEST_PLUGINS", "breaking_plugin"),
        ("PYTEST_DEBUG", "1"),
    ],
)
def test_pytests_environment_does_not_matter(small, grade_source, right, monkeypatch, name, value):
    (small.parent / "breaking_plugin.py").write_text(BREAKING)
    monkeypatch.syspath_prepend(small.parent)
    monkeypatch.setenv(name, value)
    assert grade_source(right).points == 7
    assert os.environ[name] == value


def test_an_installed_plugin_does_not_matter(small, grade_source, right, monkeypatch):
    package = small.parent / "breaking-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: breaking\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[pytest11]\nbreaking = breaking_plugin\n")
    (small.parent / "breaking_plugin.py").write_text(BREAKING)
    monkeypatch.syspath_prepend(small.parent)
    assert grade_source(right).points == 7


def test_examples_and_other_folders_hold_no_checks(small, grade_source, right):
    for name in ("examples", "notes"):
        (small / name).mkdir()
        (small / name / "test_more.py").write_text("raise RuntimeError('this is not a check')")
    assert grade_source(right).points == 7


def test_checks_may_lie_in_folders_of_the_hidden_one(small, grade_source, right):
    (small / "hidden" / "more").mkdir()
    (small / "hidden" / "test_random.py").rename(small / "hidden" / "more" / "test_random.py")
    report = grade_source(right)
    assert (report.points, report.max_points) == (7, 7)


def test_marks_are_known_in_a_process_that_grades_first_of_all(small, grader, right):
    """In this one the tests have made them known."""
    submission = small.parent / "submission.py"
    submission.write_text(right)
    ran = grader("check", submission, "--assignment", small)
    assert (ran.returncode, ran.stderr) == (0, "Checking submission.py ...\n")


def test_two_assignments_in_one_process_keep_their_own_checks(small, grade_source, right):
    assert grade_source(right).points == 7
    checks = small / "test_visible.py"
    checks.write_text(checks.read_text().replace("One is added to every entry", "Plus one"))
    assert grade_source(right).checks[0].claim == "Plus one."


def test_grading_leaves_no_module_behind(grade_source, right):
    before = set(sys.modules)
    grade_source(right)
    assert not {name for name in set(sys.modules) - before if "arithmetic" in name}
    assert "test_visible" not in sys.modules


def test_one_submission_does_not_reach_the_next(small, sandbox, right, with_double):
    from grader.harness.grading import grade
    from grader.records import Submission
    from grader.settings import load_assignment

    rude = with_double("import builtins, numpy\nbuiltins.len = numpy.sum = None\nreturn 3 * x")
    sources = {"rude": rude, "polite": right, "late": rude}
    reports = []
    grade(
        [
            Submission(name=name, cells=(("submission.py", source),), modules={}, digest="")
            for name, source in sources.items()
        ],
        assignment=load_assignment(small),
        sandbox=sandbox,
        with_hidden=True,
        secret="s",
        emit=reports.append,
    )
    assert [(report.submission, report.points) for report in reports] == [
        ("rude", 4),
        ("polite", 7),
        ("late", 4),
    ]
    assert reports[0].checks == reports[2].checks
    blocked = [check.check for check in reports[2].checks if check.verdict == Verdict.BLOCKED]
    assert blocked == ["double.repeated"]
