"""The feed-forward network: each position alone."""

import numpy as np

from grader.checks import assert_close, points, stage

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
    # An input of zeros and an outer bias of zero: neither a residual nor that bias plays a part.
    x, weights = np.zeros((2, 7, 24), dtype=np.float32), probe.feed_forward()
    weights["inner_bias"] -= 2
    weights["outer_bias"] *= 0
    assert_close(
        student.feed_forward(x, weights),
        reference.feed_forward(x, weights),
        name="the output",
        axes=TIMED,
    )


@points(1)
def test_biases(student, reference, probe):
    """With an input of zeros the biases alone decide; they are so large that GELU keeps them."""
    x, weights = np.zeros((2, 7, 24), dtype=np.float32), probe.feed_forward()
    weights["inner_bias"] += 8
    assert_close(
        student.feed_forward(x, weights),
        reference.feed_forward(x, weights),
        name="the output",
        axes=TIMED,
    )
