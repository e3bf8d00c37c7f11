"""The feed-forward network: each position alone."""

from grader.checks import needs, points, stage

pytestmark = stage("feed_forward")

TIMED = ("batch", "time", "width")


@points(1)
def test_values(assert_right, probe):
    """A linear map, the tanh GELU, and a second linear map."""
    least = probe.sized(batch=1, time=1, n_heads=1, head_width=1, inner_width=1)
    calls = {
        "the output": (probe.states(), probe.feed_forward()),
        "the output of large states": (probe.states(scale=4.0), probe.feed_forward()),
        "the output of one position": (least.states(), least.feed_forward()),
    }
    assert_right("feed_forward", calls, axes=TIMED)


@points(1)
def test_activation_below_zero(assert_right, probe):
    """Where the inner activations are near -2, the activation function shows which one it is."""
    # An input of zeros and an outer bias of zero: neither a residual nor that bias plays a part.
    x, weights = probe.states() * 0, probe.feed_forward()
    weights["inner_bias"] -= 2
    weights["outer_bias"] *= 0
    assert_right("feed_forward", {"the output": (x, weights)}, axes=TIMED)


@points(1)
def test_biases(assert_right, probe):
    """With an input of zeros the biases alone decide; they are so large that GELU keeps them."""
    x, weights = probe.states() * 0, probe.feed_forward()
    weights["inner_bias"] += 8
    assert_right("feed_forward", {"the output": (x, weights)}, axes=TIMED)


@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone):
    """The states and the weights that were handed in are not changed."""
    assert_left_alone("feed_forward")
