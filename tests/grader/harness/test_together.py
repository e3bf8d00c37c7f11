"""What the stages come to together is asked before hidden checks, and said if it stays true."""

import pytest

from grader.harness.grading import grade
from grader.records import Submission
from grader.settings import load_assignment

SOURCE = """
n_calls = 0

def shift(x):
    global n_calls
    n_calls += 1
    if x is None:
        return n_calls
    return x + 1 if n_calls < {wrong_from} else x

def double(x):
    return {factor} * x

def both(x):
    return 2 * (x + 1)
"""


@pytest.fixture
def graded(small, sandbox):
    """Grades a source: its report, and what `put_together` and `explain` were asked in turn."""

    def run(source, *, with_hidden=True, find=None):
        asked, reports = [], []

        def put_together(stages, ask):
            asked.append([s.stage for s in stages if s.first_failure])
            return find(ask) if find else f"said {len(asked)}"

        def explain(report, observations, ask):
            asked.append(report.chain)
            return report

        cells = (("submission.py", source),)
        grade(
            [Submission(name="ada", cells=cells, modules={}, digest="")],
            assignment=load_assignment(small),
            sandbox=sandbox,
            with_hidden=with_hidden,
            secret="s",
            emit=reports.append,
            explain=explain,
            put_together=put_together,
        )
        return reports[0], asked

    return run


def source(*, factor=2, wrong_from=100):
    """A submission whose `shift` is wrong from so many calls on, and tells how many there were."""
    return SOURCE.format(factor=factor, wrong_from=wrong_from)


def test_it_is_said_where_hidden_checks_change_nothing(graded):
    report, asked = graded(source(factor=3))
    assert asked == [["double"], "said 1"]
    assert report.chain == "said 1"


def test_it_is_not_said_where_a_hidden_check_shows_more(graded):
    _, asked = graded(source(factor=3, wrong_from=2))
    assert asked == [["double"], ""]


def test_it_is_not_asked_for_where_no_visible_check_failed(graded):
    _, asked = graded(source(wrong_from=2))
    assert asked == [""]


def test_the_process_that_is_asked_has_seen_visible_checks_alone(graded):
    def find(ask):
        return f"{ask('shift', [None], {})}"

    for with_hidden in (True, False):
        report, _ = graded(source(factor=3), with_hidden=with_hidden, find=find)
        assert report.chain == "2"  # the visible check of `shift` was the first


def test_what_cannot_be_found_takes_no_grade_away(graded):
    def find(ask):
        raise ZeroDivisionError

    report, asked = graded(source(factor=3), find=find)
    assert asked == [["double"], ""]
    assert report.points == 4
