"""The `student` fixture as a check sees it."""

import pytest

from grader.harness.student import Student
from grader.records import Verdict
from grader.settings import STUDENT_METHODS

CHECKS = """
import pytest
from grader.checks import CallFailed, assert_close, points, stage

@stage("shift")
@points(1)
def test_first(student, reference, x):
    '''One is added.'''
    FIRST

@stage("shift")
@points(1)
def test_second(student, reference, x):
    '''One is added, still.'''
    SECOND

@stage("double")
@points(3)
def test_twice(student, reference, x):
    '''Every entry is doubled.'''
    assert_close(student.double(x), reference.double(x), name="the double")

@stage("both")
@points(2)
def test_chain(student, reference, x):
    '''First shift, then double.'''
    assert_close(student.both(x), reference.both(x), name="the result")
"""


@pytest.fixture
def shift_checks(small, grade_source, right):
    """The results of two checks of `shift` with these bodies."""
    (small / "hidden" / "test_random.py").unlink()

    def run(first, second, source=right):
        text = CHECKS.replace("FIRST", first).replace("SECOND", second)
        (small / "test_visible.py").write_text(text)
        return grade_source(source).stages[0].checks

    return run


def verdicts(checks):
    return [check.verdict for check in checks]


ONCE = "y = student.once('shift', lambda: student.shift(x))\n    assert y.sum() != 0"
COUNTING = (
    "\ncalls = []\ndef shift(x):\n    calls.append(1)\n    return x + 1 if calls == [1] else None"
)


def test_what_is_run_once_serves_several_checks(shift_checks, right):
    assert verdicts(shift_checks(ONCE, ONCE, right + COUNTING)) == [Verdict.PASSED] * 2


def test_what_is_run_once_is_run_anew_for_the_next_submission(shift_checks, right):
    assert verdicts(shift_checks(ONCE, ONCE)) == [Verdict.PASSED] * 2
    wrong = right.replace("return x + 1", "return None")
    assert verdicts(shift_checks(ONCE, ONCE, wrong)) == [Verdict.UNGRADED] * 2


@pytest.mark.parametrize(
    ("body", "verdict", "message"),
    [
        ("raise ValueError('no')", Verdict.CRASHED, "shift raised ValueError: no"),
        ("raise NotImplementedError", Verdict.NOT_IMPLEMENTED, "shift is not implemented yet."),
    ],
)
def test_a_failure_of_what_is_run_once_meets_each_check(
    shift_checks, right, body, verdict, message
):
    source = right.replace("return x + 1", body)
    for check in shift_checks(ONCE, ONCE, source):
        assert check.verdict == verdict
        assert check.message.startswith(message)


def test_an_assert_in_what_is_run_once_is_the_checks_own(shift_checks):
    body = (
        "def run():\n        assert student.shift(x).sum() == 1234, 'Wrong.'\n"
        "    student.once('sum', run)"
    )
    checks = shift_checks(body, body)
    assert verdicts(checks) == [Verdict.FAILED] * 2
    assert {check.message for check in checks} == {"Wrong."}


def test_a_check_may_observe_what_becomes_of_the_arguments(shift_checks, right):
    body = (
        "came = student.observe('shift', x)\n"
        "    assert (came.arguments[0] == 7).all()\n"
        "    assert (came.value == x + 1).all()"
    )
    source = right.replace("return x + 1", "y = x + 1; x[:] = 7; return y")
    assert verdicts(shift_checks(body, body, source)) == [Verdict.PASSED] * 2


def test_the_checks_own_input_is_not_changed_by_the_student(shift_checks, right):
    body = "before = x.copy()\n    student.shift(x)\n    assert (x == before).all(), 'changed'"
    source = right.replace("return x + 1", "x[:] = 7; return x")
    assert verdicts(shift_checks(body, body, source)) == [Verdict.PASSED] * 2


def test_what_is_no_stage_cannot_be_called(shift_checks):
    body = "with pytest.raises(AttributeError, match=\"no stage 'triple'\"): student.triple(x)"
    assert verdicts(shift_checks(body, body)) == [Verdict.PASSED] * 2


def test_a_check_sees_plain_values(shift_checks, right):
    source = right.replace("return x + 1", "return {'a': [x, (1, None, True)], 'b': 'text'}")
    body = (
        "came = student.shift(x)\n"
        "    assert came['a'][1] == [1, None, True]\n"
        "    assert came['b'] == 'text'\n"
        "    assert type(came['a'][0]).__name__ == 'ndarray'\n"
        "    assert (came['a'][0] == x).all()"
    )
    assert verdicts(shift_checks(body, body, source)) == [Verdict.PASSED] * 2


def test_each_name_of_student_is_kept_from_stages():
    """A stage of that name could not be called."""
    assert {name for name in dir(Student) if not name.startswith("_")} == STUDENT_METHODS
