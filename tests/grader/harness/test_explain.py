"""What a diagnosis gets to see of a submission, and what becomes of a grade if it fails."""

from dataclasses import replace

import pytest

from grader.harness.grading import grade
from grader.records import Submission
from grader.settings import load_assignment


@pytest.fixture
def explained(small, sandbox):
    """Grades a source with a function that explains it: the report."""

    def graded(source, explain):
        cells = (("submission.py", source),)
        reports = []
        grade(
            [Submission(name="ada", cells=cells, modules={}, digest="")],
            assignment=load_assignment(small),
            sandbox=sandbox,
            with_hidden=True,
            secret="s",
            emit=reports.append,
            explain=explain,
        )
        return reports[0]

    return graded


def test_every_call_is_seen_with_what_came_of_it(explained, with_double):
    seen = []

    def explain(report, observations, ask):
        seen.extend(observations)
        return report

    explained(with_double("raise ValueError"), explain)
    assert {o.stage for o in seen} == {"shift", "double", "both"}
    assert {True, False} == {o.hidden for o in seen}
    for one in seen:
        assert (one.failure is None) == (one.stage != "double")
        assert (one.value is None) == (one.stage == "double")


def test_the_functions_may_be_asked_once_more(explained, with_double):
    def explain(report, observations, ask):
        alone = ask("both", [3], {})
        mended = ask("both", [3], {"double": lambda x: 2 * x})
        return replace(report, chain=f"{alone} {mended} {ask('no_such', [1], {})}")

    assert explained(with_double("return 0 * x"), explain).chain == "0 8 None"


def test_a_diagnosis_that_fails_takes_no_grade_away(explained, right):
    def explain(report, observations, ask):
        raise ZeroDivisionError

    report = explained(right, explain)
    assert report.points == report.max_points
    assert report.notes == (
        "No reasons could be looked for, through our fault: ZeroDivisionError.",
    )
