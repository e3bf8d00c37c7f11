"""A level is granted only where it is proved."""

import os
import sys
from dataclasses import replace

import pytest

from grader.errors import GraderFault
from grader.sandbox import outside
from grader.sandbox.child import landlock, namespaces, seccomp
from grader.sandbox.contract import Code, StudentCall
from grader.sandbox.levels import CONFINED, FULL, NONE, PARTIAL, PLANS, SEALED, Level
from grader.sandbox.warm import WarmSandbox
from tests.grader.sandbox.conftest import LIMITS, no_answer

ONE = Code(main="submission", cells=(("submission.py", "def f():\n    return 1\n"),))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


@pytest.fixture
def make():
    """Make sandboxes that are closed at the end of the test."""
    made = []

    def make_sandbox(*plans, **wishes):
        made.append(WarmSandbox(("numpy",), plans=plans or PLANS, **wishes))
        return made[-1]

    yield make_sandbox
    for sandbox in made:
        sandbox.close()


def reached(make, plan):
    """The plan itself must be kept here before a broken one says anything."""
    try:
        return make(plan).prove()
    except GraderFault as fault:
        pytest.skip(fault.problem)


@pytest.mark.parametrize(
    ("plan", "broken", "said"),
    [
        (FULL, {"namespaces": False}, "loneliness"),
        (FULL, {"landlock": False}, "closed file"),
        (FULL, {"filter": ""}, "lacks|forks"),
        (FULL, {"limits": False}, "limits"),
        (CONFINED, {"landlock": False}, "files"),
        (CONFINED, {"filter": ""}, "forks"),
        (CONFINED, {"limits": False}, "limits"),
        (SEALED, {"filter": "files"}, "files"),
        (PARTIAL, {"limits": False}, "limits"),
    ],
)
def test_a_plan_without_one_of_its_layers_is_refused(make, plan, broken, said):
    reached(make, plan)
    with pytest.raises(GraderFault, match=said):
        make(replace(plan, **broken)).prove()


def test_the_next_best_plan_is_taken_and_the_reason_kept(make):
    sandbox = make(replace(FULL, limits=False), NONE)
    assert sandbox.prove() == Level.NONE
    assert sandbox.refusals
    session = sandbox.open(ONE, LIMITS)
    assert session.call(StudentCall("f", []), seconds=5, answer=no_answer).value == 1
    session.close()


@pytest.mark.parametrize("told", ["level", "layers", "refusals"])
def test_nothing_is_told_of_a_level_before_it_is_proved(make, told):
    sandbox = make(NONE)
    with pytest.raises(GraderFault, match="not proved yet"):
        getattr(sandbox, told)
    assert sandbox.prove() == sandbox.level == Level.NONE
    assert sandbox.layers
    assert not sandbox.refusals


def test_the_first_child_proves_the_level_too(make):
    sandbox = make(NONE)
    sandbox.open(ONE, LIMITS).close()
    assert sandbox.level == Level.NONE


def test_a_required_level_that_is_not_reached_is_a_fault(make):
    sandbox = make(NONE, require_level=Level.CONFINED)
    with pytest.raises(GraderFault, match="confined is required"):
        sandbox.prove()
    with pytest.raises(GraderFault, match="confined is required"):
        sandbox.open(ONE, LIMITS)


def test_a_required_level_that_is_surpassed_is_met(make):
    sandbox = make(PARTIAL, require_level=Level.NONE)
    sandbox.open(ONE, LIMITS).close()


def test_a_child_that_lacks_a_layer_in_mid_run_is_a_fault(make, monkeypatch):
    sandbox = make(CONFINED)
    reached(make, CONFINED)
    assert sandbox.prove() == Level.CONFINED
    sandbox._plan = replace(CONFINED, own_user=False, filter="")
    monkeypatch.setattr("grader.sandbox.warm.outside.missing", with_filter_wanted)
    with pytest.raises(GraderFault, match="lacks a layer"):
        sandbox.open(ONE, LIMITS)


def with_filter_wanted(pid, plan, user):
    return MISSING(pid, replace(plan, filter="files"), user)


MISSING = outside.missing


def test_the_grader_itself_lacks_every_layer():
    wrong = " ".join(outside.missing(os.getpid(), FULL, 61184))
    for name in ("NoNewPrivs", "Seccomp", "Uid", "pid namespace", "net namespace"):
        assert name in wrong


def test_the_level_is_the_best_that_the_kernel_offers(make):
    if landlock.version() < landlock.MIN_VERSION or not seccomp.read(seccomp.WITH_FILES):
        pytest.skip("this kernel has less to offer")
    expected = Level.CONFINED if namespaces.why_not() else Level.FULL
    sandbox = make()
    assert sandbox.prove() == expected, sandbox.refusals


def test_levels_are_ordered():
    assert Level.FULL.reaches(Level.CONFINED)
    assert Level.CONFINED.reaches(Level.CONFINED)
    assert not Level.PARTIAL.reaches(Level.SEALED)


def test_every_level_says_what_it_promises():
    assert all(level.promise for level in Level)
    assert {plan.level for plan in PLANS} == set(Level)


def test_layers_are_named_in_the_report():
    assert "Landlock" in FULL.layers
    assert "Landlock" not in PARTIAL.layers
    assert "namespaces" not in CONFINED.layers
