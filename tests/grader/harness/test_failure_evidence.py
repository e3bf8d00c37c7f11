"""What a failed check can show: the call that failed, what came beside what is right, bounded."""

import json

import msgspec
import numpy as np
import pytest

from grader.evidence import CallInput, FailureEvidence
from grader.harness.array_window import array_window
from grader.harness.comparison import Mismatch
from grader.harness.failure_evidence import MOST_BYTES, failure_evidence, within_budget
from grader.harness.feedback import as_shown, check_as_shown
from grader.harness.grading import without_staff_notes
from grader.observed_calls import Observation
from grader.records import CheckResult, Verdict, report_from_json, to_json
from tests.grader.reports.test_terminal import report as graded

WRONG = "    y = 2 * x\n    y[1, 2] += 9\n    return y"


def check_named(report, name):
    return next(check for check in report.checks if check.check == name)


def result(name="scores", stage="double", verdict=Verdict.FAILED, **changes):
    return CheckResult(
        check=name, stage=stage, claim="", verdict=verdict, points=0, max_points=1, **changes
    )


def seen(value=None, check="scores", **changes):
    return Observation(stage="double", check=check, arguments=(1,), value=value, **changes)


@pytest.fixture
def wrong(grade_source, right):
    """A report on a `double` that has one entry wrong."""
    return grade_source(right.replace("    return 2 * x", WRONG))


def test_a_wrong_array_is_shown_with_its_input_and_beside_the_right_one(wrong):
    evidence = check_named(wrong, "double.twice").evidence
    (x,) = evidence.inputs
    assert (x.name, x.kind) == ("x", "float32 (2, 3)")
    given = np.array(json.loads(x.values))
    array = evidence.array
    assert array.axes == ("row", "column")
    assert array.worst == (1, 2)
    assert array.wrong == 1
    assert np.allclose(array.expected, 2 * given, atol=1e-3)
    difference = np.array(array.got) - np.array(array.expected)
    assert np.allclose(difference, [[0, 0, 0], [0, 0, 9]], atol=1e-4)


def test_a_right_submission_has_no_evidence(grade_source, right):
    assert not any(check.evidence for check in grade_source(right).checks)


def test_a_hidden_check_has_no_evidence_not_even_for_staff(wrong):
    hidden = [check for check in wrong.checks if check.hidden]
    assert any(check.verdict == Verdict.FAILED for check in hidden)
    assert not any(check.evidence for check in hidden)


def test_a_call_that_raised_is_shown_by_its_input(grade_source, with_double):
    report = grade_source(with_double("return x / [1, 2, 3, 4]"))
    evidence = check_named(report, "double.twice").evidence
    assert evidence.inputs[0].name == "x"
    assert evidence.array is None


def test_evidence_is_the_same_after_json(wrong):
    assert report_from_json(to_json(wrong)) == wrong


def test_of_several_calls_the_one_that_was_judged_is_shown():
    calls = [seen(np.ones(2)), seen(np.array([1, np.nan])), seen(np.zeros(2))]
    error = Mismatch("wrong", discreet="wrong", answer=np.array([1, np.nan]))
    calls[1] = Observation(stage="double", check="scores", arguments=(7,), value=calls[1].value)
    evidence = failure_evidence(result(), error, observations=calls, parameters={"double": ("x",)})
    assert evidence.inputs[0].values == "7"


def test_where_it_cannot_be_told_which_call_was_judged_none_is_shown():
    calls = [seen(1), seen(2)]
    told = failure_evidence(result(), AssertionError(), observations=calls, parameters={})
    assert told is None


def test_calls_of_other_checks_and_of_hidden_ones_are_never_shown():
    calls = [seen(1, check="other"), seen(1, hidden=True)]
    told = failure_evidence(result(), AssertionError(), observations=calls, parameters={})
    assert told is None
    calls = [seen(1)]
    assert (
        failure_evidence(result(hidden=True), AssertionError(), observations=calls, parameters={})
        is None
    )


@pytest.mark.parametrize("size", [1, 11, 12, 13, 500])
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_window_has_at_most_12_rows_and_columns_and_holds_the_worst_entry(size, place):
    expected = np.zeros((2, size, size + 1))
    at = round(place * (size - 1))
    got = expected.copy()
    got[1, at, at] = 5
    window = array_window(got, expected, got != expected, name="it", axes=())
    assert window.worst == (1, at, at)
    assert len(window.got) <= 12
    assert len(window.got[0]) <= 12
    _, row, column = window.first
    assert window.got[at - row][at - column] == 5
    assert len(window.got) == min(12, size)


def test_what_is_not_finite_is_the_worst_and_stands_by_its_name():
    got, expected = np.array([1, np.nan, 100, -np.inf]), np.array([1.0, 1, 1, 1])
    window = array_window(got, expected, got != expected, name="it", axes=("row",))
    assert window.worst == (1,)
    assert window.got == ((1.0, "NaN", 100.0, "-inf"),)


def large(name, stage):
    inputs = (CallInput(name="x", kind="k", values="9" * 390),) * 8
    return result(name, stage, evidence=FailureEvidence(inputs=inputs))


def test_a_report_holds_64_kb_of_evidence_and_the_first_failure_of_each_stage_first():
    many = [large(f"{stage}-{n}", stage) for stage in ("a", "b", "c") for n in range(12)]
    kept = within_budget(many)
    held = [check for check in kept if check.evidence]
    assert sum(len(msgspec.json.encode(check.evidence)) for check in held) <= MOST_BYTES
    assert len(held) < len(many)
    assert {"a-0", "b-0", "c-0"} <= {check.check for check in held}


def test_feedback_full_is_the_report_without_what_is_for_staff(wrong):
    assert as_shown(wrong, "full") == without_staff_notes(wrong)
    assert not any(check.brief for check in as_shown(wrong, "full").checks)


def test_feedback_actual_shows_what_came_and_nothing_of_what_is_right(wrong):
    check = check_named(as_shown(wrong, "actual"), "double.twice")
    assert check.message == "Some entries of the double are wrong."
    assert check.evidence.array.got
    assert check.evidence.array.expected == ()


def test_feedback_names_shows_no_value_and_no_input(wrong):
    check = check_named(as_shown(wrong, "names"), "double.twice")
    assert check.message == "Some entries of the double are wrong."
    assert check.evidence is None


def test_feedback_points_shows_verdicts_and_points_alone(wrong):
    shown = as_shown(wrong, "points")
    check = check_named(shown, "double.twice")
    assert (check.verdict, check.message, check.evidence) == (Verdict.FAILED, "", None)
    assert (shown.findings, shown.chain, shown.output) == ((), "", "")
    assert shown.points == wrong.points


def test_a_check_alone_is_shown_as_in_its_report(wrong):
    whole = check_named(wrong, "double.twice")
    for feedback in ("actual", "names", "points"):
        in_report = check_named(as_shown(wrong, feedback), "double.twice")
        alone = check_as_shown(whole, feedback)
        assert (alone.message, alone.evidence) == (in_report.message, in_report.evidence)
    assert check_as_shown(whole, "full") == whole


def test_a_checks_own_words_are_kept_back_where_values_are():
    own = graded(result(message="Asked for 3, so 7 is expected."))
    for feedback in ("actual", "names"):
        assert as_shown(own, feedback).checks[0].message == "This check did not pass."


def test_an_exception_of_the_students_code_is_told_unless_values_are_kept_back():
    own = graded(result(verdict=Verdict.CRASHED, message="ValueError: 3", brief="It raised."))
    assert as_shown(own, "actual").checks[0].message == "ValueError: 3"
    assert as_shown(own, "names").checks[0].message == "It raised."


@pytest.mark.parametrize("makes", ["Mean", "Model"])
def test_of_an_object_is_shown_what_it_is_made_with_and_what_was_done_to_it(makes):
    x = np.ones((1, 2), np.float32)
    steps = [["load_state_dict", [{"w": x}], "answer"], ["train", [False], "answer"]]
    if makes == "Mean":
        arguments = ({"d": 4}, [*steps, ["", [x], "answer"]])
    else:  # a method that is a stage
        arguments = ([{"d": 4}, steps], x, {"select": 1}, 5)
    call = Observation(stage="Mean", makes=makes, check="scores", arguments=arguments, value=3)
    evidence = failure_evidence(
        result(stage="Mean"),
        Mismatch("wrong", discreet="wrong", answer=3),
        observations=[call],
        parameters={"Mean": ["model", "x", "stages", "n"]},
    )
    shown = {one.name: one.kind + one.values for one in evidence.inputs}
    done = "load_state_dict(a dict: w (1, 2)); train(False)"
    array = "float32 (1, 2)"
    if makes == "Mean":
        expected = {"config": "{'d': 4}", "steps": f"{done}; the call({array})"}
        assert shown == expected | {"given last": f"{array}[[1.0, 1.0]]"}
    else:
        expected = {"config": "{'d': 4}", "steps": done, "x": f"{array}[[1.0, 1.0]]"}
        assert shown == expected | {"n": "int5"}
