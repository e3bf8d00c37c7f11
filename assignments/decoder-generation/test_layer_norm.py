"""Layer normalization: each position alone, over its width."""

from grader.checks import needs, points, stage

pytestmark = stage("layer_norm")

EPS = 1e-5
LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
TIMED = ("group", "batch", "time", "width")  # the last ones of them


@points(2)
def test_values(assert_right, probe):
    """Each position is centred, divided by its standard deviation, then scaled and shifted."""

    def call(*shape, eps=LARGE_EPS):
        return probe.floats(*shape, shift=2), probe.gain(shape[-1]), probe.bias(shape[-1]), eps

    first = call(2, 7, 6)
    first[0][0, 1] = 2  # no variance, so that eps alone protects the root
    first[0][1, 2] = 0
    calls = {
        "the normalized states": first,
        "the normalized states of one position": call(1, 1, probe.sizes.width, eps=0.3),
        "the normalized states of one vector": call(5),
        "the normalized states of another vector": call(5),
        "the normalized states of width 1": call(2, 1, eps=1.0),
        "the normalized states of four axes": call(2, 1, 3, 4),
    }
    assert_right("layer_norm", calls, axes=TIMED)


@points(1)
def test_tiny_activations(assert_right, probe):
    """With activations near 0.001, eps decides: it is added to the variance, inside the root."""
    arguments = probe.floats(2, 7, 6, scale=1e-3), probe.gain(6), probe.bias(6), EPS
    assert_right("layer_norm", {"the normalized states": arguments}, axes=TIMED)


@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone):
    """The arrays that were handed in are not changed."""
    assert_left_alone("layer_norm")
