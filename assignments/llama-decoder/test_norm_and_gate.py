"""What each position does alone: normalization, and the gated feed-forward network."""

import numpy as np

from grader.checks import as_floats, needs, points, stage

LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
TIMED = ("group", "batch", "time", "width")  # the last ones of them


@stage("rms_norm")
@points(4)
def test_values(assert_right, probe):
    """Each position is divided by the root of its mean square, then scaled; nothing is centred."""

    def call(*shape, eps=LARGE_EPS):
        return probe.floats(*shape, shift=2), probe.gain(shape[-1]), eps

    first = call(2, 7, 6)
    first[0][1, 2] = 0  # nothing but eps protects the root
    calls = {
        "the normalized states": first,
        "the normalized states of one position": call(1, 1, probe.sizes.width, eps=0.3),
        "the normalized states of one vector": call(5),
        "the normalized states of four axes": call(3, 1, 2, 4),
        "the normalized states of width one": call(2, 3, 1),
    }
    assert_right("rms_norm", calls, axes=TIMED)


@stage("rms_norm")
@points(2)
def test_tiny_activations(assert_right, probe):
    """With activations near 0.001, eps decides: it is added to the mean square, inside the root."""
    arguments = probe.floats(2, 7, 6, scale=1e-3), probe.gain(6), 1e-5
    assert_right("rms_norm", {"the normalized states": arguments}, axes=TIMED)


@stage("rms_norm")
@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone, probe):
    """The arrays that were handed in are not changed."""
    small = probe.small
    assert_left_alone(
        "rms_norm", *((x, small.gain(), 1e-5) for x in (small.states(), small.floats(4)))
    )


@stage("swiglu")
@points(4)
def test_gated_values(assert_right, probe):
    """SiLU of the gate's map multiplies the other map, and `down` leads back."""
    least = probe.least
    calls = {
        "the output": (probe.states(), *probe.feed_forward().values()),
        "the output of large states": (probe.states(scale=4.0), *probe.feed_forward().values()),
        "the output of huge states": (probe.states(scale=200.0), *probe.feed_forward().values()),
        "the output of one position": (least.states(), *least.feed_forward().values()),
        "the output of one vector": (
            least.floats(least.sizes.width),
            *least.feed_forward().values(),
        ),
    }
    assert_right("swiglu", calls, axes=TIMED)


@stage("swiglu")
@points(1)
def test_a_shut_gate(student, probe):
    """If `gate` is all zeros, nothing passes; if it is far above zero, `up` passes as it is."""
    x = np.abs(probe.states()) + 1
    gate, up, down = probe.feed_forward().values()
    shut = student.swiglu(x, gate * 0, up, down)
    shut = as_floats(shut, name="the output of a shut gate", shape=x.shape, axes=TIMED[1:])
    assert np.abs(shut).max() == 0, f"A gate of zeros lets {np.abs(shut).max():.3g} pass."
    # SiLU of a large number is that number.
    opened = student.swiglu(x, gate * 0 + 0.3, up, down)
    opened = as_floats(opened, name="the output of an open gate", shape=x.shape, axes=TIMED[1:])
    expected = (0.3 * x.sum(-1, keepdims=True) * (x @ up)) @ down
    error = np.abs(opened - expected).max() / np.abs(expected).max()
    assert error < 1e-3, "A gate that stands wide open does not multiply by its own value."


@stage("swiglu")
@points(1)
@needs("gated_values")
def test_matrices_are_left_alone(assert_left_alone, probe):
    """The states and the weights that were handed in are not changed."""
    small = probe.small
    assert_left_alone("swiglu", (small.states(), *small.feed_forward().values()))
