"""What is kept of a call, for the diagnosis and for the rules on shortcuts."""

import numpy as np
import pytest

from grader.errors import Crashed
from grader.harness.seen_calls import SeenCalls
from grader.harness.shortcut_rules import Evidence
from grader.observed_calls import StageCall
from grader.records import Submission
from grader.sandbox.contract import Returned, Use


@pytest.fixture
def evidence():
    """Evidence of one watched name."""
    found = Evidence(Submission(name="ada", cells=(("a.py", "x"),), modules={}, digest=""))
    found.stages, found.watched = ("shift",), {"np.exp": ("shift",)}
    return found


@pytest.fixture
def seen(evidence):
    return SeenCalls(evidence)


def observed(seen, came, *, stopped=False, calls=()):
    seen.observe("shift", [np.ones(2), [1]], makes="", came=came, stopped=stopped, calls=calls)
    return seen.observations[-1]


def test_a_call_that_returned_is_kept_whole(seen):
    calls = [StageCall("stages.embed", [1], None)]
    came = Returned(value=np.zeros(2), arguments=[np.ones(2)])
    kept = observed(seen, came, calls=calls)
    assert (kept.stage, kept.calls, kept.failure) == ("shift", tuple(calls), None)
    assert (kept.stopped, kept.hidden) == (False, False)
    assert kept.arguments[0].tolist() == [1, 1]
    assert kept.arguments[1] == [1]
    assert kept.value.tolist() == [0, 0]
    assert [array.tolist() for array in kept.after] == [[1, 1]]


def test_arguments_that_were_not_asked_for_are_not_there(seen):
    assert observed(seen, Returned(value=1, arguments=[])).after is None


def test_arguments_that_were_left_alone_are_as_they_were(seen):
    kept = observed(seen, Returned(value=1, arguments=None))
    assert kept.after is kept.arguments


def test_a_call_that_failed_is_kept_by_the_kind_of_failure(seen):
    kept = observed(seen, Crashed, stopped=True)
    assert (kept.value, kept.after, kept.failure, kept.stopped) == (None, None, Crashed, True)


def test_what_a_check_does_with_its_arrays_later_changes_nothing(seen):
    given, came = np.ones(2), Returned(value=np.zeros(2), arguments=[])
    seen.observe("shift", [given], makes="", came=came, stopped=False, calls=())
    given[:] = came.value[:] = 7
    [kept] = seen.observations
    assert kept.arguments[0].tolist() == [1, 1]
    assert kept.value.tolist() == [0, 0]


def test_calls_of_hidden_checks_are_marked(seen):
    observed(seen, Crashed)
    seen.in_hidden_check = True
    observed(seen, Crashed)
    assert [kept.hidden for kept in seen.observations] == [False, True]


@pytest.mark.parametrize("hidden", [False, True])
def test_uses_of_watched_names_are_told_with_the_kind_of_check(seen, evidence, hidden):
    seen.in_hidden_check = hidden
    seen.add_uses([Use(name="np.exp", stage="shift", file="a.py", line=1, times=3)])
    [told] = evidence.told()
    assert (told.name, told.stage, told.times, told.hidden) == ("np.exp", "shift", 3, hidden)
    assert seen.evidence is evidence
