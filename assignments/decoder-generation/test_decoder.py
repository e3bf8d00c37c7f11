"""The decoder layer, the stack of them, and the way from hidden states to logits."""

import numpy as np

from grader.checks import as_floats, assert_close, assert_unchanged, needs, points, stage

EPS = 1e-5
LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
TIMED = ("batch", "time", "width")
LOGITS = ("batch", "time", "vocabulary entry")


@stage("decoder_layer")
@points(2)
def test_values(student, reference, probe):
    """Attention on the normalized input is added to the input; then the feed-forward likewise."""
    x, weights = probe.states(), probe.layer()
    assert_close(
        student.decoder_layer(x, weights, 3, LARGE_EPS),
        reference.decoder_layer(x, weights, 3, LARGE_EPS),
        name="the output",
        axes=TIMED,
    )


@stage("decoder_layer")
@points(2)
def test_residual_connections(student, probe):
    """If both sub-layers return zeros, the layer returns its input as it is."""
    x, weights = probe.states(), probe.layer()
    for part, matrix in (("attention", "output"), ("feed_forward", "outer")):
        weights[part][matrix][:] = 0
        weights[part][f"{matrix}_bias"][:] = 0
    assert_close(student.decoder_layer(x, weights, 3, EPS), x, name="the output", axes=TIMED)


@stage("decoder_layer")
@points(1)
@needs("values")
def test_arguments_are_left_alone(student, probe):
    """The input and the weights that were handed in are not changed."""
    arguments = [probe.states(), probe.layer(), 3, EPS]
    assert_unchanged(student.observe("decoder_layer", *arguments).arguments, arguments)


@stage("decoder_stack")
@points(1)
def test_layers_in_order(student, reference, probe):
    """Three different layers are applied once each, the first one first."""
    x, layers = probe.states(), [probe.layer() for _ in range(3)]
    assert_close(
        student.decoder_stack(x, layers, 3, EPS),
        reference.decoder_stack(x, layers, 3, EPS),
        name="the final hidden states",
        axes=TIMED,
        tolerance=1e-4,  # rounding grows with the depth: 5e-6 was measured in float32
    )


@stage("decoder_stack")
@points(1)
def test_one_layer(student, reference, probe):
    """A stack of one layer is that layer, with the eps that was handed in."""
    x, layer = probe.states(), probe.layer()
    assert_close(
        student.decoder_stack(x, [layer], 3, 0.1),
        reference.decoder_layer(x, layer, 3, 0.1),
        name="the final hidden states",
        axes=TIMED,
    )


@stage("decoder_stack")
@points(1)
@needs("layers_in_order")
def test_states_are_left_alone(student, probe):
    """The hidden states and the weights that were handed in are not changed."""
    arguments = [probe.states(), [probe.layer() for _ in range(2)], 3, EPS]
    assert_unchanged(student.observe("decoder_stack", *arguments).arguments, arguments)


@stage("output_logits")
@points(1)
def test_logits(student, reference, probe):
    """The hidden states are normalized once, then mapped to a logit for each vocabulary entry."""
    arguments = probe.states(), probe.gain(), probe.bias(), LARGE_EPS, probe.matrix(24, 37)
    assert_close(
        student.output_logits(*arguments),
        reference.output_logits(*arguments),
        name="the logits",
        axes=LOGITS,
    )


@stage("output_logits")
@points(1)
def test_final_normalization(student, probe):
    """Hidden states that are 100 times as large give almost the same logits."""
    x = probe.states()
    weights = probe.gain(), probe.bias(), EPS, probe.matrix(24, 37)
    logits = as_floats(
        student.output_logits(x, *weights), name="the logits", shape=(2, 7, 37), axes=LOGITS
    )
    larger = student.output_logits(x * 100, *weights)
    assert_close(
        larger, logits, name="the logits of the larger states", axes=LOGITS, tolerance=1e-3
    )
    assert np.abs(logits - logits[:, :, :1]).max() > 1e-3, "All logits are equal."


@stage("output_logits")
@points(1)
@needs("logits")
def test_hidden_states_are_left_alone(student, probe):
    """The hidden states and the weights that were handed in are not changed."""
    arguments = [probe.states(), probe.gain(), probe.bias(), EPS, probe.matrix(24, 37)]
    assert_unchanged(student.observe("output_logits", *arguments).arguments, arguments)
