"""A student's page says the points of the gradebook, and how they came about."""

import pytest

from grader.records import CheckResult, CountedPoints, Report, StageResult, Status, Verdict
from grader.reports.pages.beginning import beginning

LATE = "Handed in 2 h late: −10."  # noqa: RUF001 - a minus sign


def report(status=Status.GRADED):
    check = CheckResult(
        check="a.x", stage="a", claim="", verdict=Verdict.PASSED, points=8, max_points=8
    )
    return Report(
        submission="ada",
        status=status,
        assignment="a",
        key="",
        grader_version="0",
        reason="no code" if status != Status.GRADED else "",
        stages=(StageResult(stage="a", title="", checks=(check,)),)
        if status == Status.GRADED
        else (),
    )


def counted(status="graded", points="7.5", explained=LATE):
    return CountedPoints(status=status, points=points, max_points=10, explained=explained)


def test_without_a_gradebook_the_points_are_those_of_the_checks():
    begun = beginning(report(), ["a"])
    assert (begun.points, begun.of) == ("8", "of 8 points")


def test_the_gradebooks_points_come_with_their_sentence():
    begun = beginning(report(), ["a"], counted())
    assert (begun.points, begun.of) == ("7.5", "of 10 points")
    assert begun.more[-1] == LATE
    assert beginning(report(), ["a"], counted(explained="")).more == ()


@pytest.mark.parametrize("status", ["excused", "not taken"])
def test_what_does_not_count_has_no_points_and_says_so(status):
    begun = beginning(report(), ["a"], counted(status, ""))
    assert (begun.points, begun.of) == ("", status)


def test_what_has_no_grade_stays_without_one():
    begun = beginning(report(Status.UNREADABLE), ["a"], counted("unreadable", "", ""))
    assert (begun.points, begun.of) == ("", "no grade yet")
    assert begun.says == "It cannot be read: no code"
