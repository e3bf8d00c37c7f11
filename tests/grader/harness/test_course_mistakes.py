"""Mistakes of the instructor: one sentence each, at the file, with what to write."""

import pytest

from grader.errors import CourseError
from grader.harness.collection_errors import not_collected

CHECK = '''
import pytest
from grader.checks import hidden, needs, points, stage

@stage("shift")
@points(2)
def test_values(student, x):
    """One is added."""

@stage("double")
@points(3)
def test_twice(student, x):
    """Every entry is doubled."""

@stage("both")
@points(2)
def test_chain(student, x):
    """First shift, then double."""
'''
MORE = '''
@stage("both")
@points(0)
def test_more(student):
    """More."""
'''

MISTAKES = {
    "no stage": (
        ('@stage("double")\n', ""),
        "test_visible.py::test_twice: the check has no valid `stage` marker\n"
        '  Write e.g. `@stage("softmax")`.',
    ),
    "an unknown stage": (
        ('@stage("double")', '@stage("dubble")'),
        "test_visible.py::test_twice: there is no stage 'dubble'",
    ),
    "a stage without a name": (
        ('@stage("double")', "@stage()"),
        "test_visible.py::test_twice: the check has no valid `stage` marker",
    ),
    "no points": (
        ("@points(3)\n", ""),
        "test_visible.py::test_twice: the check has no valid `points` marker\n"
        "  Write e.g. `@points(2)`.",
    ),
    "points that are no integer": (
        ("@points(3)", "@points(1.5)"),
        "test_visible.py::test_twice: the check has no valid `points` marker",
    ),
    "points below zero": (
        ("@points(3)", "@points(-3)"),
        "test_visible.py::test_twice: the check has no valid `points` marker",
    ),
    "points that do not add up": (
        ("@points(3)", "@points(4)"),
        "arithmetic: the checks of stage 'double' add up to 4 points, "
        "but assignment.yaml gives it 3\n  Change the points of a check or of the stage; found "
        "were 1 visible and 0 hidden checks.",
    ),
    "no docstring": (
        ('    """Every entry is doubled."""', "    student.double(x)"),
        "test_visible.py::test_twice: the check has no docstring\n"
        "  Say in one sentence what must hold.",
    ),
    "an empty docstring": (
        ('"""Every entry is doubled."""', '"""  """'),
        "test_visible.py::test_twice: the check has no docstring",
    ),
    "an unknown need": (
        ('@stage("double")', '@needs("nothing")\n@stage("double")'),
        "arithmetic: double.twice needs double.nothing, and there is no such check\n  There is",
    ),
    "a need of itself": (
        ('@stage("double")', '@needs("twice")\n@stage("double")'),
        "arithmetic: double.twice needs double.twice, which does not run before it",
    ),
    "a need of a later check": (
        ('@stage("both")', '@needs("more")\n@stage("both")'),
        "arithmetic: both.chain needs both.more, which does not run before it",
    ),
    "a stage without checks": (
        ('@stage("both")\n@points(2)', '@stage("shift")\n@points(0)'),
        "arithmetic: the checks of stage 'both' add up to 0 points, but assignment.yaml gives it 2",
    ),
    "an unknown marker": (
        ('@stage("double")', '@stage.mark.slow\n@stage("double")'),
        "arithmetic/test_visible.py, line 10: the checks cannot be collected: AttributeError: ",
    ),
    "a helper beside the checks": (
        ("from grader.checks", "import helpers\nfrom grader.checks"),
        "line 3: the checks cannot be collected: ModuleNotFoundError: No module named 'helpers'\n"
        "  Put what checks share into conftest.py, and write `from conftest import ...`.",
    ),
    "a relative import": (
        ("from grader.checks", "from .conftest import one\nfrom grader.checks"),
        "relative import with no known parent package\n"
        "  Put what checks share into conftest.py, and write `from conftest import ...`.",
    ),
    "a check that cannot be imported": (
        ("import hidden", "import nowhere, hidden"),
        "the checks cannot be collected: ImportError: cannot import name 'nowhere' from",
    ),
    "a syntax error": (
        ("def test_chain(", "def test_chain"),
        "the checks cannot be collected: SyntaxError: unmatched ')'\n  Mend that line.",
    ),
    "a check that stands twice": (
        ("def test_more(", "def test_twice("),
        "the check 'test_twice' stands twice in this file",
    ),
}


@pytest.fixture
def mistake(small, grade_source, right):
    """The sentence about a course whose checks have this text."""
    (small / "hidden" / "test_random.py").unlink()

    def run(checks):
        (small / "helpers.py").touch()
        (small / "test_visible.py").write_text(checks)
        with pytest.raises(CourseError) as raised:
            grade_source(right)
        return str(raised.value)

    return run


@pytest.mark.parametrize(("change", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_check_is_one_sentence(mistake, change, sentence):
    checks = (CHECK + MORE).replace(*change)
    assert checks != CHECK + MORE
    assert sentence in mistake(checks)


def test_a_right_file_of_checks_is_accepted(small, grade_source, right):
    (small / "hidden" / "test_random.py").unlink()
    (small / "test_visible.py").write_text(CHECK + MORE)
    assert grade_source(right).points == 7


def test_a_visible_check_cannot_need_a_hidden_one(mistake):
    checks = CHECK.replace('@stage("both")', '@hidden\n@stage("both")') + MORE.replace(
        "@points(0)", '@points(0)\n@needs("chain")'
    )
    assert "both.more needs both.chain, which does not run before it" in mistake(checks)


def test_two_checks_of_a_stage_with_one_name_are_refused(small, grade_source, right):
    twin = (small / "test_visible.py").read_text()
    (small / "hidden" / "test_random.py").write_text(twin)
    with pytest.raises(CourseError, match=r"the check 'shift\.values' stands twice"):
        grade_source(right)


def test_a_broken_import_is_named(mistake):
    sentence = mistake("import nowhere\n" + CHECK)
    problem = "the checks cannot be collected: ModuleNotFoundError: No module named 'nowhere'"
    assert sentence.endswith(f"test_visible.py, line 1: {problem}\n  Mend that line.")


@pytest.mark.parametrize(
    ("text", "named"), [("import nowhere", "nowhere"), ("def broken(", "SyntaxError")]
)
def test_a_broken_conftest_is_the_courses_fault(small, grade_source, right, text, named):
    (small / "conftest.py").write_text(text)
    with pytest.raises(CourseError, match=r"conftest\.py") as raised:
        grade_source(right)
    assert named in str(raised.value)


def test_a_mark_of_pytest_is_named_with_its_place(tmp_path):
    (tmp_path / "test_a.py").write_text("import pytest\n\n@pytest.mark.skip\ndef test_a(): pass\n")
    error = not_collected("'skip' not found in `markers` configuration option", tmp_path)
    assert str(error) == (
        f"{tmp_path}/test_a.py, line 3: the checks cannot be collected: no check has a mark "
        "'skip'\n  A check has the marks `stage`, `points`, `needs` and `hidden`, and may have "
        "`parametrize`; take this one away."
    )
