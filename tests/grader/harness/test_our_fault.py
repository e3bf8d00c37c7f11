"""When a check, the reference or the machine is at fault, the student does not pay."""

import re

import pytest

from grader.errors import GraderFault
from grader.harness.grading import without_staff_notes
from grader.records import Status, Verdict, to_json

CHECKS = """
import numpy as np
import pytest
from grader.checks import assert_close, points, stage

@stage("shift")
@points(2)
def test_values(student, reference, x):
    '''One is added.'''
    assert_close(student.shift(x), reference.shift(x), name="the sum")

@stage("double")
@points(3)
def test_twice(student, reference, x):
    '''Every entry is doubled.'''
    BODY

@stage("both")
@points(2)
def test_chain(student, reference, x):
    '''First shift, then double.'''
    assert_close(student.both(x), reference.both(x), name="the result")
"""


@pytest.fixture
def double_check(small, grade_source, right):
    """The report when the check of `double` has this body; `source` is right by default."""

    def run(body, source=right):
        (small / "test_visible.py").write_text(CHECKS.replace("BODY", body))
        (small / "hidden" / "test_random.py").unlink(missing_ok=True)
        return grade_source(source)

    return run


OURS = {
    "the check hands in too little": "student.double()",
    "the check hands in too much": "student.double(x, x)",
    "the check hands in by name": "student.double(x=x)",
    "the check raises": "raise KeyError('SEEN')",
    "the check calls what is not there": "student.triple(x)",
    "the check asks for a fixture's part that is not there": "reference.triple(x)",
    "an assert outside the assignment": "np.testing.assert_equal(reference.double(x), 'SEEN')",
    "the check skips": "pytest.skip('SEEN')",
    "the check exits": "raise SystemExit('SEEN')",
    "the check hands in what cannot be sent": "student.double(np.ones(3, dtype=np.uint8))",
    "the check hands in more than can be sent": "student.double(np.ones(9 << 20))",
}


@pytest.mark.parametrize("body", OURS.values(), ids=OURS)
def test_an_error_of_the_check_is_ungraded(double_check, body):
    report = double_check(body)
    check = report.stages[1].checks[0]
    assert check.verdict == Verdict.UNGRADED
    assert check.message == (
        "This check could not be run. It is not your fault, and it does not count against you."
    )
    assert report.status == Status.UNGRADED
    assert report.reason == "the check double.twice could not be run"
    place, _, trace = check.staff_note.partition("\n\n")
    assert re.match(r"test_visible\.py:\d+: \w", place)
    assert trace.startswith("Traceback (most recent call last):\n  File ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("student.double()", "TypeError: hand double x; 0 are handed"),
        ("student.double(x=x)", "TypeError: hand double its arguments in their order, without"),
    ],
)
def test_the_staff_reads_what_is_wrong_with_a_call(double_check, body, said):
    assert said in double_check(body).checks[1].staff_note


def test_the_other_checks_are_still_run(double_check):
    report = double_check("raise KeyError('SEEN')")
    assert [stage.points for stage in report.stages] == [2, 0, 2]


def test_the_students_report_has_no_traceback(double_check):
    said = to_json(without_staff_notes(double_check("raise KeyError('SEEN')"))).decode()
    assert "Traceback" not in said
    assert "SEEN" not in said
    assert ".py" not in said


def test_a_fixture_that_raises_is_ungraded(small, grade_source, right):
    conftest = small / "conftest.py"
    conftest.write_text(conftest.read_text().replace("    return rng", "    raise OSError('SEEN')"))
    report = grade_source(right)
    assert {check.verdict for check in report.checks} <= {Verdict.UNGRADED, Verdict.BLOCKED}
    assert report.status == Status.UNGRADED


def test_an_assert_in_the_reference_is_ungraded(double_check, small):
    (small / "broken.py").write_text("")
    report = double_check("from unittest import TestCase; TestCase().assertEqual(1, 2)")
    assert report.stages[1].checks[0].verdict == Verdict.UNGRADED


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("assert student.double(x).sum() == 1234, 'The sum is wrong.'", "The sum is wrong."),
        ("student.double(x)\n    pytest.fail('The sum is wrong.')", "The sum is wrong."),
        ("with pytest.raises(ValueError): student.double(x)", "DID NOT RAISE"),
    ],
)
def test_a_check_may_fail_in_each_way_of_pytest(double_check, body, message):
    check = double_check(body).stages[1].checks[0]
    assert check.verdict == Verdict.FAILED
    assert check.message.startswith(message)


def test_an_assert_shows_its_own_sentence_and_not_the_expression(double_check):
    message = double_check("y = student.double(x)\n    assert y.sum() == 1234, 'Wrong.'")
    assert message.stages[1].checks[0].message == "Wrong."


def test_a_check_may_expect_a_failure_of_the_students_code(double_check, with_double):
    body = "from grader.checks import CallFailed\n    with pytest.raises(CallFailed): "
    report = double_check(body + "student.double(x)", source=with_double("raise ValueError"))
    assert report.stages[1].checks[0].verdict == Verdict.PASSED


def test_a_fault_of_the_machine_ends_the_run(double_check):
    body = "from grader.errors import GraderFault\n    raise GraderFault('the disk is full')"
    with pytest.raises(GraderFault, match="the disk is full"):
        double_check(body)


def test_a_keyboard_interrupt_ends_the_run(double_check):
    with pytest.raises(KeyboardInterrupt):
        double_check("raise KeyboardInterrupt")


LONG_TEXTS = {
    "a sentence of the check": ("assert 1 == 2, 'x' * 50_000", 4_500, "message"),
    "a list in an assert": ("y = list(range(10**6))\n    assert y == []", 4_500, "message"),
    "an error of the check": ("raise KeyError('x' * 50_000)", 20_000, "staff_note"),
}


@pytest.mark.parametrize(("body", "most", "where"), LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_a_long_text_of_a_check_is_cut(double_check, body, most, where):
    check = double_check(body).stages[1].checks[0]
    text = getattr(check, where)
    assert check.verdict != Verdict.PASSED
    assert len(text) < most or re.fullmatch(r"\.\.\. \([\d,]+ more characters\)", text[most:])


@pytest.mark.parametrize(("more", "end"), [(0, ""), (1, "... (1 more characters)")])
def test_a_text_is_cut_where_it_is_longer_than_the_most(double_check, more, end):
    check = double_check(f"assert 1 == 2, 'x' * {4_500 + more}").stages[1].checks[0]
    assert check.message == "x" * 4_500 + end


@pytest.mark.parametrize(
    ("body", "where", "told"),
    [
        ("y = student.double(x)\n    assert y.max() > 1e9", "message", "object>"),
        ("raise KeyError(object())", "staff_note", "KeyError: <object object>"),
    ],
)
def test_no_address_of_an_object_is_told(double_check, body, where, told):
    text = getattr(double_check(body).stages[1].checks[0], where)
    assert told in text
    assert " at 0x" not in text


CLEANING = """
import pytest

@pytest.fixture
def cleaned():
    yield
    raise OSError("SEEN")
"""


@pytest.mark.parametrize(
    ("factor", "verdict"), [(2, Verdict.UNGRADED), (3, Verdict.FAILED)], ids=["right", "wrong"]
)
def test_what_cleaning_up_raises_comes_second(small, grade_source, with_double, factor, verdict):
    visible = small / "test_visible.py"
    text = visible.read_text().replace("def test_twice(", "def test_twice(cleaned, ")
    visible.write_text(CLEANING + text)
    report = grade_source(with_double(f"return {factor} * x"))
    assert next(c for c in report.checks if c.check == "double.twice").verdict == verdict
