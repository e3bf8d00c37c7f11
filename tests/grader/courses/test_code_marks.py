"""Decisions on code: they are only added, hold through a regrade, and can be taken back."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from grader.batch.applied_policy import apply_policy, policy_that_holds
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.errors import GraderError
from grader.policies.policy import NO_POLICY, LatePenalty, Policy
from grader.records import CheckResult, GradingRun, Report, StageResult, Status, Verdict
from grader.store.reports_store import open_reports

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
WHO = {"by": "staff", "at": AT}


def report(name, points=0, *, most=2, key="k", **changes):
    verdict = Verdict.PASSED if points else Verdict.FAILED
    stages = tuple(
        StageResult(
            stage=stage,
            title="",
            checks=(
                CheckResult(
                    check=f"{stage}.x",
                    stage=stage,
                    claim="",
                    verdict=verdict,
                    points=points,
                    max_points=most,
                ),
            ),
        )
        for stage in ("shift", "double")
    )
    values = {"status": Status.GRADED, "stages": stages, "key": key}
    return Report(submission=name, assignment="a", grader_version="1", **values | changes)


def unreadable(name):
    return report(name, status=Status.UNREADABLE, stages=(), key="", reason="no zip")


@pytest.fixture
def results(tmp_path):
    made = Results(tmp_path / "results")
    for one in (report("ada"), report("bob"), unreadable("eve")):
        made.keep(one, one, at=AT)
    run = GradingRun(
        assignment="a",
        assignment_digest="",
        counts={},
        isolation=(),
        versions={},
        workers=1,
        stages=("shift", "double"),
        submissions=("ada", "bob", "eve"),
    )
    made.end_run(run)
    return made


@pytest.fixture
def marks(results):
    return CodeMarks(results)


PLAIN = """submission,status,points,max_points,shift,double,reason
ada,graded,0,4,0,0,shift 0: failed; double 0: failed
bob,graded,0,4,0,0,shift 0: failed; double 0: failed
eve,unreadable,,,,,no zip
"""


def test_a_gradebook_shows_what_was_decided_only_if_something_was(results, marks):
    assert results.grades.read_text() == PLAIN
    marks.award("ada", "double", 1, reason="a typo  in the\nhandout", **WHO)
    marks.excuse("bob", reason="ill", **WHO)
    assert results.grades.read_text().splitlines() == [
        "submission,status,points,max_points,shift,double,reason,decided",
        "ada,graded,1,4,0,1,shift 0: failed; double 0: failed,"
        "double 1 in place of 0: a typo in the handout",
        "bob,excused,,,,,,excused: ill",
        "eve,unreadable,,,,,no zip,",
    ]
    marks.take_back(1, reason="no typo", **WHO)
    marks.take_back(2, reason="not ill", **WHO)
    assert results.grades.read_text() == PLAIN
    assert len(results.entries()) == 4, "lines are only added"


def test_a_regrade_does_not_lose_a_decision(results, marks):
    marks.award("ada", "double", 1, reason="a typo", **WHO)
    new = report("ada", 2, key="another")
    results.keep(new, new, at=AT)
    [ada, *_] = marks.grades()
    assert ada.points == 3
    assert list(ada.said()) == ["double 1 in place of 2, decided on an earlier report: a typo"]
    results.end_run(results.last_run())
    assert "ada,graded,3,4,2,1," in results.grades.read_text()


def test_a_stage_never_gives_more_than_it_has_and_says_when_it_is_gone(results, marks):
    marks.award("ada", "double", 2, reason="why", **WHO)
    less = report("ada", 0, most=1)
    results.keep(less, less, at=AT)
    assert marks.grades()[0].points == 1
    results.keep(unreadable("ada"), unreadable("ada"), at=AT)
    assert marks.grades()[0].status == "unreadable"
    assert list(marks.grades()[0].said()) == ["double 2 (does not count now): why"]


def test_the_last_award_counts_and_taking_it_back_brings_the_one_before(marks):
    marks.award("ada", "shift", 2, reason="first", **WHO)
    assert marks.award("ada", "shift", 1, reason="second", **WHO).points == 1
    assert marks.take_back(2, reason="no", **WHO).reason == "second"
    assert marks.grades()[0].points == 2
    assert list(marks.decisions()) == [1]


def test_who_when_and_why_are_kept(marks):
    marks.award("ada", "shift", 2, reason="why", **WHO)
    decision = marks.decisions()[1]
    assert (decision.by, decision.at, decision.reason, decision.report) == ("staff", AT, "why", "k")


@pytest.mark.parametrize(
    ("decide", "sentence"),
    [
        (lambda m: m.award("adda", "shift", 1, reason="r", **WHO), "no report on 'adda'\n  Did"),
        (lambda m: m.award("ada", "shft", 1, reason="r", **WHO), "no stage 'shft'\n  Did you"),
        (lambda m: m.award("ada", "shift", 3, reason="r", **WHO), "gives 0 to 2 points, got 3"),
        (lambda m: m.award("ada", "shift", -1, reason="r", **WHO), "0 to 2 points, got -1"),
        (lambda m: m.award("ada", "shift", 1, reason=" \n", **WHO), "needs a reason"),
        (lambda m: m.award("eve", "shift", 1, reason="r", **WHO), "'eve' is unreadable"),
        (lambda m: m.excuse("nobody", reason="r", **WHO), "no report on 'nobody'"),
        (lambda m: m.excuse("ada", reason="", **WHO), "needs a reason"),
        (lambda m: m.take_back(1, reason="r", **WHO), "no decision 1 that holds\n  None does."),
    ],
)
def test_what_cannot_be_decided_is_one_sentence_and_keeps_nothing(results, marks, decide, sentence):
    with pytest.raises(GraderError) as refused:
        decide(marks)
    assert sentence in str(refused.value)
    assert list(results.entries()) == []
    assert results.grades.read_text() == PLAIN


def test_what_was_taken_back_cannot_be_taken_back_again(marks):
    marks.excuse("ada", reason="r", **WHO)
    marks.excuse("bob", reason="r", **WHO)
    marks.take_back(1, reason="r", **WHO)
    with pytest.raises(GraderError, match=r"(?s)no decision 1 that holds.*These do: 2\."):
        marks.take_back(1, reason="r", **WHO)


def test_a_line_that_is_no_decision_is_one_sentence(results, marks):
    path = results.folder / "grade-decisions.jsonl"
    path.write_text('{"entry": "nonsense"}\n')
    with pytest.raises(GraderError, match="cannot be read"):
        marks.decisions()
    path.write_text('{"entry": "excu')  # cut off by a crash: it was never promised
    assert dict(marks.decisions()) == {}


def test_a_store_is_decided_on_in_the_same_way(database):
    with open_reports(database, course="c", assignment="a") as store:
        store.keep(report("ada"), report("ada"), at=AT)
        marks = CodeMarks(store)
        assert marks.award("ada", "shift", 1, reason="r", **WHO).points == 1
        marks.take_back(1, reason="r", **WHO)
        assert marks.grades()[0].points == 0
        assert len(marks.versions("ada")) == 1


def test_more_time_a_time_and_final_points_are_decided_and_taken_back(results, marks):
    policy = Policy(due=AT, late=LatePenalty(points=1, per="hour"))
    apply_policy(results, policy, reason="r", by="course.yaml", at=AT)
    assert not apply_policy(results, policy, reason="r", by="course.yaml", at=AT)
    marks.award("ada", "double", 2, reason="r", **WHO)
    late = AT + timedelta(hours=2)
    assert marks.state_time("ada", late, reason="r", **WHO).final == 0
    assert marks.extend("ada", 3600, reason="r", **WHO).final == 1
    assert marks.extend("ada", 1800, is_extra=True, reason="r", **WHO).final == 1
    assert marks.set_final("ada", Fraction("3.5"), reason="r", **WHO).final == Fraction(7, 2)
    assert marks.set_final("eve", Fraction(1), reason="read by hand", **WHO).counts
    assert "eve,graded,,4,,,no zip,final points 1: read by hand," in results.grades.read_text()
    for number in (6, 7, 4):
        marks.take_back(number, reason="r", **WHO)
    assert marks.grades()[0].final == 0
    marks.take_back(1, reason="no policy", **WHO)
    assert marks.grades()[0].final == 2
    assert policy_that_holds(results) == NO_POLICY


def test_a_check_is_dropped_for_everybody(results, marks):
    assert marks.drop_check("shift.x", reason="a typo", **WHO) == 2
    assert [grade.max_points for grade in marks.grades()] == [2, 2, 2]
    assert "ada,graded,0,2,0,0," in results.grades.read_text()
    marks.take_back(1, reason="no", **WHO)
    assert results.grades.read_text() == PLAIN


@pytest.mark.parametrize(
    ("decide", "sentence"),
    [
        (lambda m: m.extend("ada", 0, reason="r", **WHO), "longer than nothing"),
        (lambda m: m.extend("adda", 9, reason="r", **WHO), "no report on 'adda'"),
        (lambda m: m.extend("ada", 9, reason="", **WHO), "needs a reason"),
        (lambda m: m.set_final("ada", Fraction(9, 2), reason="r", **WHO), "0 to 4 points, got 4.5"),
        (lambda m: m.set_final("ada", Fraction(-1), reason="r", **WHO), "0 to 4 points, got -1"),
        (lambda m: m.set_final("nobody", Fraction(1), reason="r", **WHO), "no report on 'nobody'"),
        (lambda m: m.drop_check("shift.y", reason="r", **WHO), "no check 'shift.y'\n  Did you"),
        (lambda m: m.state_time("ada", AT, reason=" ", **WHO), "needs a reason"),
    ],
)
def test_what_a_policy_cannot_take_keeps_nothing(results, marks, decide, sentence):
    with pytest.raises(GraderError) as refused:
        decide(marks)
    assert sentence in str(refused.value)
    assert list(results.entries()) == []
