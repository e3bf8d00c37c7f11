"""Grades by policy and decisions: what each attempt is worth, which counts, and what is said."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.class_grades import code_grades, grades_csv
from grader.batch.grade_decisions import (
    Awarded,
    CheckDropped,
    Excused,
    Extended,
    FinalSet,
    PolicyApplied,
    TakenBack,
    TimeStated,
)
from grader.policies.policy import (
    AttemptRule,
    DroppedCheck,
    ExcusedStudent,
    LatePenalty,
    MoreTime,
    Policy,
)
from grader.records import CheckResult, Person, Report, StageResult, Status, Verdict

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
WHO = {"reason": "why", "by": "kim", "at": DUE}
LATE = Policy(due=DUE, zone="Europe/Zurich", late=LatePenalty(percent=10))


def check(name, points, most):
    return CheckResult(
        check=f"shift.{name}",
        stage="shift",
        claim="",
        verdict=Verdict.PASSED if points else Verdict.FAILED,
        points=points,
        max_points=most,
    )


def report(name="ada", points=6, *, hours=None, digest="d"):
    """A report with `points` of 8 in one check, and 2 of 2 in another."""
    return Report(
        submission=name,
        status=Status.GRADED,
        assignment="a",
        key="k",
        grader_version="1",
        submission_digest=digest,
        handed_in_at=None if hours is None else DUE + timedelta(hours=hours),
        stages=(
            StageResult(
                stage="shift", title="", checks=(check("main", points, 8), check("side", 2, 2))
            ),
        ),
    )


def unread(name="ada"):
    return replace(report(name, digest=""), status=Status.UNREADABLE, stages=(), reason="no zip")


def applied(policy):
    return PolicyApplied(policy=policy, **WHO)


def grade(one, *entries, people=(), versions=()):
    [only] = code_grades(
        {one.submission: one},
        entries,
        people={one.submission: people},
        versions=lambda name: versions,
    )
    return only


def test_final_points_are_exact_and_the_sentence_says_why():
    late = grade(report(hours=26), applied(LATE))
    assert (late.points, late.final, late.max_points) == (8, 6, 10)
    assert late.explained.startswith("Handed in 26 h late.")
    third = LatePenalty(percent=33.33, of="earned")
    exact = grade(report(hours=1), applied(replace_late(third)))
    assert exact.final == 8 - Fraction(3333, 10_000) * 8


def replace_late(rule):
    return Policy(due=DUE, late=rule)


def test_time_comes_from_the_submission_or_a_person_and_never_from_the_clock():
    entries = [applied(LATE)]
    assert grade(report(), *entries).final == 8
    stated = TimeStated(
        submission="ada", handed_in_at=DUE + timedelta(hours=2), submission_digest="d", **WHO
    )
    assert grade(report(), *entries, stated).final == 7
    assert grade(report(digest="another"), *entries, stated).final == 8, "of that attempt alone"


def test_a_policy_knows_people_by_the_roster_or_the_submissions_name():
    more = (MoreTime(student="s-1", seconds=86_400), MoreTime(student="bo", seconds=86_400))
    entry = applied(Policy(due=DUE, late=LATE.late, more_time=more))
    assert grade(report(hours=2), entry).final == 7
    assert grade(report(hours=2), entry, people=(Person(id="s-1"),)).final == 8
    assert grade(report("bo", hours=2), entry).final == 8
    pair = (Person(id="s-9"), Person(email="x@y", ids={"canvas": "s-1"}))
    assert grade(report("team", hours=2), entry, people=pair).final == 8


def test_an_extension_by_hand_and_one_of_the_course_are_not_added_up():
    more = (
        MoreTime(student="ada", seconds=3600),
        MoreTime(student="ada", seconds=60, is_extra=True),
    )
    entry = applied(Policy(due=DUE, late=LATE.late, more_time=more))
    by_hand = Extended(submission="ada", seconds=7200, **WHO)
    late = grade(report(hours=2), entry, by_hand).late
    assert (late.extension, late.extra_time, late.counted) == (7200, 60, 0)
    extra = Extended(submission="ada", seconds=600, is_extra=True, **WHO)
    assert grade(report(hours=2), entry, by_hand, extra).late.extra_time == 600


def test_a_dropped_check_counts_for_nobody_and_leaves_the_maximum():
    for entry in (
        CheckDropped(check="shift.main", **WHO),
        applied(Policy(dropped=(DroppedCheck(check="shift.main", reason="why"),))),
    ):
        left = grade(report(), entry)
        assert (left.points, left.final, left.max_points) == (2, 2, 2)
        said = "1 check does not count for anybody: why. The maximum is 8 points less."
        assert left.explained == said
        award = Awarded(submission="ada", stage="shift", points=9, report="k", **WHO)
        assert grade(report(), award, entry).final == 2
    both = [CheckDropped(check=f"shift.{name}", **WHO) for name in ("main", "side")]
    assert grade(report(), *both).max_points == 0


def test_a_student_reads_which_stage_has_other_points_than_its_checks_gave_and_why():
    award = Awarded(submission="ada", stage="shift", points=9, report="k", **WHO)
    assert grade(report(), award).explained == "shift has 9 points in place of 8: why."
    as_before = Awarded(submission="ada", stage="shift", points=8, report="k", **WHO)
    assert grade(report(), as_before).explained == ""
    final = FinalSet(submission="ada", points="3", **WHO)
    assert grade(report(), award, final).explained == "Set to 3 points by kim: why."


def test_final_points_that_a_person_set_hold_whatever_the_rest_says():
    final = FinalSet(submission="ada", points="127/20", **WHO)
    held = grade(report(hours=26), applied(LATE), final)
    assert (held.final, held.counts, held.status) == (Fraction(127, 20), True, "graded")
    assert held.explained == "Set to 6.35 points by kim: why."
    by_hand = code_grades({"ada": unread(), "bo": report("bo")}, [final])[0]
    assert (by_hand.status, by_hand.final, by_hand.max_points) == ("graded", Fraction(127, 20), 10)


def test_who_is_excused_has_no_points():
    by_course = applied(Policy(excused=(ExcusedStudent(student="s-1", reason="exchange"),)))
    for excused in (
        grade(report(), by_course, people=(Person(id="s-1"),)),
        grade(
            report(),
            Excused(submission="ada", **WHO),
            FinalSet(submission="ada", points="1", **WHO),
        ),
    ):
        assert (excused.status, excused.counts) == ("excused", False)
        assert excused.explained == "Excused: it does not count."


def test_what_came_after_the_cut_off_is_not_taken_and_has_no_points():
    rule = LatePenalty(cut_off_days=1, after_cut_off="not taken")
    gone = grade(report(hours=25), applied(Policy(due=DUE, late=rule)))
    assert (gone.status, gone.counts) == ("not taken", False)
    assert gone.explained.endswith("is not taken.")


@pytest.mark.parametrize(("counts", "number"), [("best", 1), ("last", 3), ("first", 1)])
def test_the_attempt_that_counts_follows_from_the_rule_and_each_has_its_own_lateness(
    counts, number
):
    versions = (
        report(points=5, hours=-30, digest="1"),
        report(points=6, hours=26, digest="2"),
        report(points=0, hours=27, digest="3"),
    )
    policy = Policy(due=DUE, late=LATE.late, attempts=AttemptRule(counts=counts))
    chosen = grade(versions[-1], applied(policy), versions=versions)
    assert (chosen.attempt, chosen.n_attempts) == (number, 3)
    assert chosen.explained.startswith(f"Attempt {number} of 3 counts, the {counts}.")
    without = grade(versions[-1], applied(LATE), versions=versions)
    assert without.report == versions[-1]


def test_a_last_attempt_that_could_not_be_read_counts_unless_the_best_does():
    versions = report(digest="1"), unread()
    by = {
        counts: grade(
            unread(), applied(Policy(attempts=AttemptRule(counts=counts))), versions=versions
        )
        for counts in ("best", "last")
    }
    assert (by["best"].status, by["last"].status) == ("graded", "unreadable")


def rows(*grades):
    return list(csv.DictReader(io.StringIO(grades_csv(grades, ["shift"]).decode(), newline="")))


def test_the_gradebook_has_columns_of_a_policy_only_with_one():
    plain = grade(report(hours=26))
    assert list(rows(plain)[0]) == [
        "submission", "status", "points", "max_points", "shift", "reason"
    ]  # fmt: skip
    [row] = rows(grade(report(hours=26), applied(Policy(due=DUE, late=LatePenalty(percent=0.125)))))
    assert list(row)[-7:] == [
        "handed_in_at", "attempt", "attempts", "raw", "late", "final", "explained"
    ]  # fmt: skip
    assert (row["points"], row["raw"], row["late"], row["final"]) == ("8", "8", "-0.025", "7.975")
    assert row["handed_in_at"] == "2026-12-02T00:59:00+00:00"


def test_what_has_no_grade_is_blank_and_never_0():
    [row] = rows(grade(unread(), applied(LATE)))
    assert (row["points"], row["raw"], row["late"], row["final"]) == ("", "", "", "")
    by_hand = code_grades({"ada": unread()}, [FinalSet(submission="ada", points="5", **WHO)])
    [row] = rows(*by_hand)
    assert (row["points"], row["raw"], row["final"], row["status"]) == ("", "", "5", "graded")


DECISIONS = [
    applied(LATE),
    Awarded(submission="ada", stage="shift", points=3, report="k", **WHO),
    Extended(submission="ada", seconds=3600, **WHO),
    Extended(submission="ada", seconds=90_000, **WHO),
    Extended(submission="ada", seconds=60, is_extra=True, **WHO),
    CheckDropped(check="shift.side", **WHO),
    FinalSet(submission="ada", points="5", **WHO),
    Excused(submission="ada", **WHO),
    TimeStated(submission="ada", handed_in_at=DUE, submission_digest="d", **WHO),
]


def told(grade):
    return grade.status, grade.counts, grade.final, grade.max_points, grade.explained


@settings(deadline=None)
@given(st.permutations(DECISIONS), st.integers(0, len(DECISIONS)))
def test_decisions_of_different_kinds_come_to_the_same_in_any_order(order, number):
    some = order[:number]
    inverse = [entry for entry in DECISIONS if entry in some]
    assert told(grade(report(hours=26), *some)) == told(grade(report(hours=26), *inverse))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(DECISIONS), max_size=6),
    st.lists(st.sampled_from(DECISIONS), max_size=4),
)
def test_taking_back_what_was_decided_last_gives_what_was_before(before, later):
    n_before, n_later = len(before), len(later)
    back = [TakenBack(number=n_before + place, **WHO) for place in range(1, n_later + 1)]
    undone = grade(report(hours=26), *before, *later, *back)
    assert told(undone) == told(grade(report(hours=26), *before))
    assert list(undone.said()) == list(grade(report(hours=26), *before).said())
