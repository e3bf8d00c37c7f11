"""A course switches on what runs cost: counted behind the wall, and no point is changed by it."""

from dataclasses import replace

import pytest

from grader.batch.executors.contract import GradingJob
from grader.batch.executors.dask import wire
from grader.batch.grading_here import grade_here
from grader.harness.feedback import as_shown
from grader.intake.reading import read
from grader.settings import Course, find_assignment

SECRET = "0123456789abcdef" * 2


def graded(name, submission, *, cost):
    assignment = find_assignment(name)
    reports = []
    grade_here(
        [read(assignment.folder / "examples" / "submissions" / submission)],
        assignment=assignment,
        course=Course(secret=SECRET, cost=cost),
        emit=reports.append,
        with_torch=True,
        require_level="none",
    )
    return reports[0]


@pytest.mark.parametrize(
    ("name", "submission", "own", "reference"),
    [
        ("kv-cache", "everything-again.py", (7, 49, 39), (7, 10, 0)),
        ("kv-cache", "right-numpy.py", (7, 10, 0), (7, 10, 0)),
        ("decoder-generation", "right-numpy.py", (3, 12, 7), (3, 12, 7)),
    ],
)
def test_a_report_says_what_a_run_costs_where_the_course_wants_it(name, submission, own, reference):
    off, on = (graded(name, submission, cost=cost) for cost in (False, True))
    (cost,) = on.costs
    for spent, counts in ((cost.own, own), (cost.reference, reference)):
        assert (spent.passes, spent.positions, spent.recomputed_keys) == counts
    assert off.costs == ()
    assert off.key != on.key
    assert replace(on, costs=(), key=off.key) == off
    assert as_shown(on, "names").costs == on.costs
    assert as_shown(on, "points").costs == ()


@pytest.mark.parametrize("cost", [True, False])
def test_the_machines_of_a_cluster_are_told(small, tmp_path, cost):
    job = GradingJob(
        assignment=small,
        secret="s",
        require_level="none",
        with_torch=False,
        diagnose_hidden=True,
        cost=cost,
    )
    with wire.unpacked_job(wire.job_bytes(job), tmp_path / "there") as arrived:
        assert arrived.cost is cost
