"""The `student` fixture as a check sees it."""

import pytest

from grader.errors import Crashed, TimedOut
from grader.harness.comparison import Mismatch
from grader.harness.planned_calls import CallPlan
from grader.harness.shortcut_rules import Evidence
from grader.harness.student import Student
from grader.harness.student_process import StudentProcess
from grader.observed_calls import StageCall
from grader.records import Submission, Verdict
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Stop, StudentCall
from grader.settings import STUDENT_METHODS, LimitSettings

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


def test_arguments_that_were_left_alone_are_the_checks_own(shift_checks):
    body = "assert student.observe('shift', x).arguments[0] is x"
    assert verdicts(shift_checks(body, body)) == [Verdict.PASSED] * 2


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


SUBMISSION = """
import os

def shift(x):
    return x + 1

def broken(x):
    raise ValueError("no")

def endless(steps):
    while True:
        steps.step()

def slow(x):
    while True:
        pass

def outer(x):
    return shift(x) + 1

def ends(x):
    os._exit(1)

def two_steps(steps):
    steps.step()
    steps.step()

def keeps(steps):
    global kept
    kept = steps

def steps_later(x):
    kept.step()
    return shift(x)

def exponential(x):
    import numpy
    return numpy.exp(x)

def through_another(x):
    import other
    return other.shift(x)

n_counted = 0

def count(x):
    global n_counted
    n_counted += 1
    return n_counted
"""
FLAT = (
    "shift",
    "broken",
    "endless",
    "slow",
    "ends",
    "two_steps",
    "keeps",
    "exponential",
    "count",
    "through_another",
)
INNER = {name: {} for name in FLAT} | {name: {"shift": ("x",)} for name in ("outer", "steps_later")}


class Steps:
    """A table of one function that may be called three times."""

    def __init__(self):
        self.calls = []

    def table(self):
        return {"step": Remote("steps.step")}

    def restart(self):
        self.calls.clear()

    def answer(self, name, arguments):
        self.calls.append(StageCall(name, arguments, 0))
        if len(self.calls) == 3:
            raise Stop
        return 0


class Reference:
    def shift(self, x):
        return x + 100


MODULES = {"other.py": "import submission\n\ndef shift(x):\n    return submission.shift(x)\n"}


@pytest.fixture
def process_of(sandbox):
    """Makes processes of one class: what one of them is asked is planned for the next."""
    submission = Submission(
        name="ada", cells=(("submission.py", SUBMISSION),), modules=MODULES, digest=""
    )
    call_plans = {False: CallPlan(sandbox), True: CallPlan(sandbox)}
    made = []

    def make(watched=()):
        evidence = Evidence(submission)
        evidence.stages, evidence.watched = FLAT, dict.fromkeys(watched, ())
        made.append(
            StudentProcess(
                submission,
                sandbox=sandbox,
                limits=LimitSettings(call_seconds=1),
                call_plans=call_plans,
                evidence=evidence,
                parameters={},
            )
        )
        return made[-1]

    yield make
    for process in made:
        process.close()


@pytest.fixture
def process(process_of):
    return process_of()


@pytest.fixture
def student_of(process):
    def make(right_stages=frozenset()):
        return Student(
            process, INNER, parameters={}, reference=Reference(), right_stages=right_stages
        )

    return make


def last_seen(process):
    seen = process.seen.observations[-1]
    return seen.stage, seen.failure, seen.stopped, len(seen.calls)


def test_what_a_call_came_to_is_kept_for_the_diagnosis(process, student_of):
    student = student_of()
    assert student.shift(1) == 2
    assert last_seen(process) == ("shift", None, False, 0)
    assert process.seen.observations[-1].value == 2
    for name, failure in (("broken", Crashed), ("ends", Crashed), ("slow", TimedOut)):
        with pytest.raises(failure):
            getattr(student, name)(1)
        assert last_seen(process) == (name, failure, False, 0)
        assert process.seen.observations[-1].arguments == (1,)


def test_what_goes_on_and_on_is_stopped_and_told(process, student_of):
    with pytest.raises(Mismatch) as raised:
        student_of().endless(Steps())
    sentence = "endless goes on and on: it made far more steps than it was asked for."
    assert (str(raised.value), raised.value.discreet) == (sentence, sentence)
    stage, _, stopped, n_calls = last_seen(process)
    assert (stage, stopped, n_calls) == ("endless", True, 3)


def test_inner_stages_are_answered_by_the_reference_until_they_are_right(student_of):
    assert student_of().outer(1) == 102
    assert student_of({"shift"}).outer(1) == 3


def test_arguments_come_back_only_where_they_are_asked_for(process, student_of):
    assert student_of().observe("shift", 5).arguments == [5]
    assert process.seen.observations[-1].after == (5,)
    student_of().shift(5)
    assert process.seen.observations[-1].after is None


def test_a_table_of_ours_does_not_come_back(student_of):
    assert student_of().observe("two_steps", Steps()).arguments == [None]


def test_a_function_that_was_too_slow_is_not_called_again(process, student_of):
    with pytest.raises(TimedOut):
        student_of().slow(1)
    with pytest.raises(
        TimedOut, match=r"^slow ran out of time before, and was not called again\.$"
    ):
        student_of().slow(1)


def test_a_visible_check_after_a_hidden_one_is_refused(process):
    process.begin_check(0, name="a.check", hidden=False)
    process.begin_check(1, name="a.check", hidden=True)
    process.begin_check(2, name="a.check", hidden=True)
    assert process.seen.in_hidden_check
    with pytest.raises(ValueError, match="a visible check is to run after a hidden one"):
        process.begin_check(3, name="a.check", hidden=False)


def test_more_can_be_asked_without_a_check(process):
    def times_ten(x):
        return 10 * x

    assert process.ask("shift", [1], stand_ins={}) == 2
    assert process.ask("broken", [1], stand_ins={}) is None
    assert process.ask("outer", [1], stand_ins={"shift": (("x",), times_ten)}) == 11


def test_each_call_begins_with_a_fresh_table(process, student_of):
    steps = Steps()
    for _ in range(2):
        student_of().two_steps(steps)
        assert last_seen(process) == ("two_steps", None, False, 2)


def test_a_table_of_an_earlier_call_is_not_there_to_be_called(student_of):
    student = student_of()
    student.keeps(Steps())
    with pytest.raises(Crashed, match=r"GraderRefused: steps\.step is not there to be called"):
        student.steps_later(1)


def test_what_is_seen_of_a_call_is_told_with_its_check_and_its_shortcuts(process_of):
    process = process_of(watched=["numpy.exp"])
    student = Student(process, INNER, parameters={}, reference=Reference(), right_stages=set())
    for number, name in enumerate(("a.check", "another.check")):
        process.begin_check(number, name=name, hidden=False)
        student.exponential(0.0)
        assert process.seen.observations[-1].check == name
    [told] = process.seen.evidence.told()
    assert (told.name, told.stage, told.times) == ("numpy.exp", "exponential", 2)


def counted(process, *numbers, hidden=False, checks=()):
    """What `count` returns for these numbers: how many calls the submission had by then."""
    came = []
    for place, number in enumerate(numbers):
        check = checks[place] if checks else place
        process.begin_check(check, name="a.check", hidden=hidden)
        call = StudentCall("count", [number])
        came.append(process.call(call, lambda name, given: None).value)
    return came


def test_calls_of_one_submission_are_made_ahead_on_the_next(process_of):
    assert counted(process_of(), 7, 8) == [1, 2]
    assert counted(process_of(), 8, 7, 9) == [2, 1, 3]


def test_calls_are_made_ahead_in_the_order_of_the_checks(process_of):
    assert counted(process_of(), 8, checks=[1]) == [1]
    assert counted(process_of(), 7, checks=[0]) == [2]  # 8 was made before
    assert counted(process_of(), 8, 7) == [2, 1]


@pytest.mark.parametrize("hidden", [False, True])
def test_calls_of_hidden_checks_are_not_made_ahead_in_visible_ones(process_of, hidden):
    assert counted(process_of(), 7, 8, hidden=hidden) == [1, 2]
    assert counted(process_of(), 8, 9, hidden=not hidden) == [1, 2]
    assert counted(process_of(), 8, hidden=hidden) == [2]


def test_what_is_asked_without_a_check_is_neither_planned_nor_waiting(process_of):
    """An answer that waits is one of a process that has seen all planned calls, hidden ones too."""
    assert process_of().ask("count", [7], stand_ins={}) == 1
    assert counted(process_of(), 8, 7) == [1, 2]
    process = process_of()
    assert process.ask("count", [7], stand_ins={}) == 1  # nothing was made ahead in its process


def test_what_is_asked_without_a_check_is_no_evidence(process_of):
    process = process_of(watched=["numpy.exp"])
    assert process.ask("exponential", [0.0], stand_ins={}) == 1
    [named] = process.seen.evidence.told()
    assert named.times == 0


def test_what_is_found_apart_takes_no_time_and_no_function_away(process):
    def find():
        return f"{process.ask('shift', [1], stand_ins={})}"

    assert process.found_apart(find) == "2"

    def find_in_vain():
        assert process.ask("slow", [1], stand_ins={}) is None
        return "found"

    assert process.found_apart(find_in_vain) is None
    assert process.found_apart(find) == "2"


def test_a_call_that_may_ask_is_never_made_ahead(process_of):
    def negative(x):
        return -x

    for right, came in ((abs, 2), (negative, 0)):
        process = process_of()
        assert process.ask("outer", [1], stand_ins={"shift": (("x",), right)}) == came


def test_modules_import_the_submission_by_its_name(student_of):
    assert student_of().through_another(1) == 2
