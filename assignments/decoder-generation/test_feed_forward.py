"""The feed-forward network: each position alone."""

import numpy as np

from grader.checks import as_floats, assert_close, assert_same, points, stage

pytestmark = stage("feed_forward")

TIMED = ("batch", "time", "width")


@points(2)
def test_values(student, reference, probe):
    """A linear map, the tanh GELU, and a second linear map."""
    x, weights = probe.states(), probe.feed_forward()
    assert_close(
        student.feed_forward(x, weights),
        reference.feed_forward(x, weights),
        name="the output",
        axes=TIMED,
    )


@points(1)
def test_activation_below_zero(student, reference, probe):
    """Where the inner activations are near -2, the activation function shows which one it is."""
    x, weights = probe.states(), probe.feed_forward()
    x *= 0.1
    weights["inner_bias"] -= 2
    weights["outer_bias"] *= 0.1
    assert_close(
        student.feed_forward(x, weights),
        reference.feed_forward(x, weights),
        name="the output",
        axes=TIMED,
    )


@points(1)
def test_each_position_alone(student, probe):
    """Changing one position changes the output there and nowhere else."""
    x, weights = probe.states(), probe.feed_forward()
    changed = x.copy()
    changed[:, 3] += 1
    before, after = (
        as_floats(student.feed_forward(h, weights), name="the output", shape=x.shape, axes=TIMED)
        for h in (x, changed)
    )
    others = [0, 1, 2, 4, 5, 6]
    assert_same(after[:, others], before[:, others], claim="Another position changed as well.")
    assert np.abs(after[:, 3] - before[:, 3]).max() > 1e-3, "The changed position did not change."
