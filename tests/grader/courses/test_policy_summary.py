"""What an instructor is told of a policy: who was late, and what fits nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grader.batch.class_grades import code_grades
from grader.batch.grade_decisions import PolicyApplied
from grader.courses.policy_summary import foretold, policy_sentences
from grader.intake.class_intake import ClassAttempt, ClassEntry, ClassIntake
from grader.policies.policy import DroppedCheck, ExcusedStudent, LatePenalty, MoreTime, Policy
from grader.records import CheckResult, Person, Report, StageResult, Status, Verdict

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)


def report(name, hours):
    check = CheckResult(
        check="a.x", stage="a", claim="", verdict=Verdict.PASSED, points=1, max_points=1
    )
    return Report(
        submission=name,
        status=Status.GRADED,
        assignment="a",
        key="k",
        grader_version="1",
        handed_in_at=None if hours is None else DUE + timedelta(hours=hours),
        stages=(StageResult(stage="a", title="", checks=(check,)),),
    )


def test_who_is_only_marked_as_late_is_left_to_the_instructor():
    entry = PolicyApplied(
        policy=Policy(due=DUE, late=LatePenalty(percent=10)), reason="r", by="c", at=DUE
    )
    reports = {"ada": replace(report("ada", None), marked_late=True)}
    grades = code_grades(reports, [entry])
    assert (grades[0].final, grades[0].explained) == (
        1,
        "It is marked as late, and nobody said how late, so nothing is taken off yet.",
    )
    assert list(policy_sentences(grades, is_new=False))[1].startswith(
        "Marked as late, without a time: ada; `grader decide RESULTS NAME --handed-in TIME`"
    )


def test_who_is_not_marked_as_late_where_that_is_marked_is_in_time():
    entry = PolicyApplied(
        policy=Policy(due=DUE, late=LatePenalty(percent=10)), reason="r", by="c", at=DUE
    )
    grades = code_grades({"ada": report("ada", None)}, [entry], layout="canvas")
    assert grades[0].explained == "It is not marked as late."
    assert list(policy_sentences(grades, is_new=False)) == [
        "Policy: due 2026-11-30 22:59 UTC; 0 handed in late. grades.csv has the final points."
    ]


def test_neither_excused_nor_unreadable_ones_came_at_an_unknown_time():
    policy = Policy(
        due=DUE,
        late=LatePenalty(percent=10),
        excused=(ExcusedStudent(student="ada", reason="r"),),
    )
    entry = PolicyApplied(policy=policy, reason="r", by="c", at=DUE)
    reports = {name: report(name, None) for name in ("ada", "bo", "chen")}
    reports["bo"] = replace(reports["bo"], status=Status.UNREADABLE, stages=())
    [line] = policy_sentences(code_grades(reports, [entry]), is_new=False)
    assert "0 handed in late, 1 at a time that nobody knows." in line


def attempt(hours, *, is_marked=False):
    at = None if hours is None else DUE + timedelta(hours=hours)
    return ClassAttempt(read=lambda: None, shown="x", handed_in_at=at, marked_late=is_marked)


@pytest.mark.parametrize(("layout", "n_unknown"), [("plain", 2), ("canvas", 1)])
def test_what_a_policy_comes_to_is_foretold(tmp_path, layout, n_unknown):
    policy = Policy(
        due=DUE,
        zone="Europe/Zurich",
        more_time=(MoreTime(student="s-2", seconds=3600), MoreTime(student="s-9", seconds=9)),
        excused=(ExcusedStudent(student="eve", reason="r"),),
    )
    attempts = {
        "ada": attempt(1),
        "bo": attempt(1),
        "chen": attempt(None),
        "dan": attempt(None, is_marked=True),
        "eve": attempt(1),
    }
    people = {"bo": (Person(id="s-2"),)}
    entries = tuple(
        ClassEntry(name=name, attempts=(one,), people=people.get(name, ()))
        for name, one in attempts.items()
    )
    intake = ClassIntake(source=tmp_path, layout=layout, title="x", entries=entries)
    nobody = "The policy names s-9, by which name nothing was handed in."
    assert list(foretold(policy, intake, whole=True)) == [
        f"Policy: due 2026-11-30 23:59 Europe/Zurich; 1 handed in late, {n_unknown} at a time "
        "that nobody knows.",
        nobody,
    ]
    assert list(foretold(policy, intake, whole=False)) == [nobody]
    absent = Policy(excused=(ExcusedStudent(student="s-7", reason="r"),))
    assert len(list(foretold(absent, intake, whole=False))) == 1
    away = replace(intake, missing=(Person(id="s-7"),))
    assert list(foretold(absent, away, whole=False)) == []
    assert list(foretold(Policy(), intake, whole=True)) == []


def said(policy, *, is_new=False):
    entry = PolicyApplied(policy=policy, reason="r", by="course.yaml", at=DUE)
    reports = {"ada": report("ada", 1), "bo": report("bo", -1), "chen": report("chen", None)}
    return list(policy_sentences(code_grades(reports, [entry]), is_new=is_new))


def test_a_class_without_a_policy_is_told_nothing():
    assert said(Policy()) == []
    assert said(Policy(), is_new=True) == [
        "The policy is another one than at the last run: final points may differ."
    ]


def test_late_and_unknown_ones_are_counted_and_names_that_fit_nobody_are_told():
    policy = Policy(
        due=DUE,
        zone="Europe/Zurich",
        late=LatePenalty(percent=10),
        more_time=(MoreTime(student="bo", seconds=9), MoreTime(student="s-1", seconds=9)),
        excused=(ExcusedStudent(student="s-2", reason="r"),),
        dropped=(DroppedCheck(check="a.y", reason="r"), DroppedCheck(check="a.x", reason="r")),
    )
    assert said(policy) == [
        "Policy: due 2026-11-30 23:59 Europe/Zurich; 1 handed in late, 1 at a time that nobody "
        "knows. grades.csv has the final points.",
        "The policy names s-1, s-2, by which name nothing was handed in.",
        "The policy drops 'a.y', and there is no such check.",
    ]


def test_where_nothing_is_due_nothing_is_said_of_lateness():
    policy = Policy(excused=(ExcusedStudent(student="ada", reason="r"),))
    entry = PolicyApplied(policy=policy, reason="r", by="c", at=DUE)
    grades = code_grades({"ada": report("ada", None)}, [entry])
    assert list(policy_sentences(grades, is_new=False)) == [
        "Policy: nothing is due. grades.csv has the final points."
    ]
