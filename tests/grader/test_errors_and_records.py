"""Errors carry their sentence and exit code everywhere; records are values, and JSON both ways."""

import json
import pickle
from dataclasses import FrozenInstanceError, replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import errors
from grader.errors import (
    CourseError,
    GraderError,
    GraderFault,
    NotSettledHere,
    SubmissionError,
    did_you_mean,
)
from grader.records import (
    CheckResult,
    Isolation,
    Report,
    Shortcut,
    SourceLine,
    StageResult,
    Status,
    Submission,
    Verdict,
    report_from_json,
    to_json,
)

FAMILIES = {GraderError: 1, SubmissionError: 1, CourseError: 2, GraderFault: 3}


@pytest.mark.parametrize(("family", "code"), FAMILIES.items())
def test_each_family_has_its_exit_code(family, code):
    assert family("it broke").exit_code == code


def test_every_error_is_in_a_family():
    ours = [v for v in vars(errors).values() if getattr(v, "__module__", "") == errors.__name__]
    ours = [value for value in ours if isinstance(value, type)]
    assert len(ours) >= 9
    # What cannot be told here is no error: see its own words.
    assert {value for value in ours if not issubclass(value, GraderError)} == {NotSettledHere}


def test_a_sentence_says_where_what_and_what_to_do():
    assert str(CourseError("it broke")) == "it broke"
    assert str(CourseError("it broke", at="a.yaml")) == "a.yaml: it broke"
    error = CourseError("it broke", at="a.yaml", fix="Mend it.")
    assert str(error) == "a.yaml: it broke\n  Mend it."
    assert (error.problem, error.at, error.fix) == ("it broke", "a.yaml", "Mend it.")


def test_a_failed_call_has_a_discreet_sentence():
    assert errors.Crashed("it raised 'x'", discreet="it raised").discreet == "it raised"
    assert errors.TimedOut("too long: 3.2 s").discreet == ""


@pytest.mark.parametrize(
    "error",
    [
        CourseError("it broke", at="a.yaml", fix="Mend it."),
        GraderFault("it broke"),
        errors.Crashed("it raised 'x'", discreet="it raised"),
    ],
)
def test_errors_cross_processes_as_they_are(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("sofmax", ["softmax", "embed"], "Did you mean 'softmax'?"),
        ("order", ["generation-loop.order", "x"], "Did you mean 'generation-loop.order'?"),
        ("zzz", ["b", "a"], "There is: a, b."),
        ("zzz", [], "There is none."),
        (3, ["a"], "There is: a."),
    ],
)
def test_a_hint_names_the_near_word_or_all(word, known, hint):
    assert did_you_mean(word, known) == hint


def result(**changes):
    values = {
        "check": "softmax.values",
        "stage": "softmax",
        "claim": "Rows sum to one.",
        "verdict": Verdict.PASSED,
        "points": 2,
        "max_points": 2,
    }
    return CheckResult(**values | changes)


@pytest.mark.parametrize(("points", "most"), [(-1, 2), (3, 2), (1, 0)])
def test_points_lie_between_zero_and_the_most(points, most):
    with pytest.raises(ValueError, match=f"{points} points out of {most}"):
        result(points=points, max_points=most)


def test_records_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        result().points = 1


def test_a_stage_adds_up_its_checks_and_knows_its_first_failure():
    failed = result(verdict=Verdict.BLOCKED, points=0, max_points=3)
    last = result(verdict=Verdict.FAILED, points=0, max_points=1)
    stage = StageResult(stage="softmax", title="Softmax", checks=(result(), failed, last))
    assert (stage.points, stage.max_points) == (2, 6)
    assert stage.first_failure is failed
    assert replace(stage, checks=(result(),)).first_failure is None


@pytest.mark.parametrize(
    ("cells", "modules", "mentions"),
    [
        (["import torch"], {}, True),
        (["import numpy"], {}, False),
        (["import numpy"], {"a.py": "from torch import nn"}, True),
        ([], {}, False),
    ],
)
def test_a_submission_that_mentions_torch_says_so(cells, modules, mentions):
    made = Submission(
        name="ada", cells=tuple(("x", cell) for cell in cells), modules=modules, digest=""
    )
    assert made.mentions_torch == mentions


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
results = st.builds(
    CheckResult,
    check=text,
    stage=text,
    claim=text,
    verdict=st.sampled_from(Verdict),
    points=st.integers(0, 3),
    max_points=st.integers(3, 9),
    hidden=st.booleans(),
    message=text,
    misconceptions=st.lists(text, max_size=2).map(tuple),
    staff_note=text,
)
stages = st.builds(
    StageResult, stage=text, title=text, checks=st.lists(results, max_size=3).map(tuple)
)
shortcuts = st.builds(
    Shortcut,
    name=text,
    stage=text,
    places=st.lists(st.builds(SourceLine, file=text, line=st.integers(0, 99)), max_size=2).map(
        tuple
    ),
    times=st.integers(0, 99),
    hidden=st.booleans(),
    costs_points=st.booleans(),
)
reports = st.builds(
    Report,
    submission=text,
    status=st.sampled_from(Status),
    assignment=text,
    key=text,
    grader_version=text,
    isolation=st.none()
    | st.builds(Isolation, level=text, layers=st.lists(text, max_size=2).map(tuple)),
    reason=text,
    stages=st.lists(stages, max_size=3).map(tuple),
    shortcuts=st.lists(shortcuts, max_size=2).map(tuple),
    hidden_checks_left=st.integers(0, 99),
    hidden_points_left=st.integers(0, 99),
    notes=st.lists(text, max_size=2).map(tuple),
    output=text,
    seconds=st.floats(0, 1e6),
)


@settings(deadline=None, max_examples=50)
@given(reports)
def test_a_report_is_the_same_after_json(report):
    data = to_json(report)
    copy = report_from_json(data)
    assert copy == report
    assert copy.seconds == report.seconds
    assert to_json(copy) == data
    assert data.endswith(b"\n")


@settings(deadline=None, max_examples=50)
@given(reports)
def test_a_report_adds_up_its_stages(report):
    assert report.points == sum(check.points for check in report.checks)
    assert report.max_points == sum(stage.max_points for stage in report.stages)


def test_a_report_of_before_there_were_shortcuts_can_be_read():
    report = Report(
        submission="ada", status=Status.GRADED, assignment="a", key="k", grader_version="1"
    )
    old = json.loads(to_json(report))
    assert old.pop("shortcuts") == []
    assert report_from_json(json.dumps(old).encode()) == report


def test_time_makes_no_difference_between_reports():
    report = Report(
        submission="ada", status=Status.GRADED, assignment="a", key="k", grader_version="1"
    )
    assert replace(report, seconds=1.0) == replace(report, seconds=2.0)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"submission": 3}', b"\xff"])
def test_what_is_no_report_is_refused(data):
    with pytest.raises(msgspec.DecodeError):
        report_from_json(data)
