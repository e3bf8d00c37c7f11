"""Layer normalization: each position alone, over its width."""

from grader.checks import assert_close, assert_unchanged, needs, points, stage

pytestmark = stage("layer_norm")

EPS = 1e-5
LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
TIMED = ("batch", "time", "width")


@points(2)
def test_values(student, reference, probe):
    """Each position is centred, divided by its standard deviation, then scaled and shifted."""
    arguments = probe.floats(2, 7, 6, shift=3), probe.gain(6), probe.bias(6), LARGE_EPS
    assert_close(
        student.layer_norm(*arguments),
        reference.layer_norm(*arguments),
        name="the normalized states",
        axes=TIMED,
    )


@points(1)
def test_tiny_activations(student, reference, probe):
    """With activations near 0.001, eps decides: it is added to the variance, inside the root."""
    arguments = probe.floats(2, 7, 24, scale=1e-3), probe.gain(), probe.bias(), EPS
    assert_close(
        student.layer_norm(*arguments),
        reference.layer_norm(*arguments),
        name="the normalized states",
        axes=TIMED,
    )


@points(1)
@needs("values")
def test_arguments_are_left_alone(student, probe):
    """The arrays that were handed in are not changed."""
    arguments = [probe.states(), probe.gain(), probe.bias(), EPS]
    assert_unchanged(student.observe("layer_norm", *arguments).arguments, arguments)
