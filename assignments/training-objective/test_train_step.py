"""One training step, judged by what it does with the stages it is given."""

import pytest

from grader.checks import needs, points, stage

pytestmark = stage("train_step")

# Of each part, how many targets count in each of its rows.
THREE_PARTS = [[5, 2], [3], [1, 4, 4]]
OTHERS = [([[4, 1, 3]], -100), ([[2, 2], [0], [6, 1], [3]], -1)]


@pytest.fixture
def steps(student, stepped):
    """Training steps on one, two and three parts, made when they are asked for."""

    def make():
        made = [stepped(counts, max_norm=0.5 + len(counts), ignored=i) for counts, i in OTHERS]
        return [stepped(THREE_PARTS, max_norm=2.5, ignored=-100), *made]

    return lambda: student.once("training steps", make)


@points(2)
def test_order(steps, judges):
    """Zero, then forward, loss and backward for each part, then clip, step and schedule, once."""
    for step in steps():
        judges["order"](step)


@points(2)
def test_data_flow(steps, judges):
    """The model reads the inputs of each part; its logits and the targets go to the loss."""
    for step in steps():
        judges["flow"](step)


@points(1)
def test_shares(steps, judges):
    """backward gets each part's loss times its share of the counted targets; clip gets max_norm."""
    for step in steps():
        judges["shares"](step)


@points(1)
def test_returned_loss(steps, judges):
    """The mean loss of all counted targets of the batch comes back."""
    for step in steps():
        judges["returned"](step)


@points(1)
@needs("returned_loss")
def test_batches_are_left_alone(steps, judges):
    """The batches that were handed in are not changed."""
    for step in steps():
        judges["left alone"](step)
