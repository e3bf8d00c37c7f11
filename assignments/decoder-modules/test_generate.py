"""Generation as a method. The forward pass of the model and the choice belong to the grader."""

import pytest

from grader.checks import points, stage

pytestmark = stage("generate")


@pytest.fixture
def run(student, probe, generated):
    """One run, which several checks judge."""
    return student.once("generation", lambda: generated(probe.sized(2, 3)))


@points(5)
def test_flow(run, judged):
    """Each step runs the model on the text so far, and chooses by its last row."""
    judged["flow"](run)


@points(3)
def test_window(probe, generated, judged):
    """Of a text that is longer than n_positions the newest tokens are fed."""
    judged["flow"](generated(probe.sized(2, 6)))


@points(3)
def test_mode(run, probe, generated, judged):
    """Nothing is dropped meanwhile, also if the model was in training mode."""
    judged["mode"](run)
    judged["mode"](generated(probe.sized(3, 2), train=True))


@points(1)
def test_returned(run, judged):
    """The prompts come back with the new tokens behind them."""
    judged["returned"](run)
