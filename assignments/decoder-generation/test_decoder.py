"""The decoder layer, the stack of them, and the way from hidden states to logits."""

import numpy as np

from grader.checks import as_floats, assert_close, needs, points, stage

EPS = 1e-5
LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
TIMED = ("batch", "time", "width")
LOGITS = ("batch", "time", "vocabulary entry")
STACK_TOLERANCE = 1e-4  # rounding grows with the depth: 5e-6 was measured in float32


@stage("decoder_layer")
@points(2)
def test_values(assert_right, probe):
    """Attention on the normalized input is added to the input; then the feed-forward likewise."""
    n_heads = probe.sizes.n_heads
    small = probe.sized(batch=1, n_heads=2, head_width=2, inner_width=7)
    least = small.sized(time=1)
    calls = {
        "the output": (probe.states(), probe.layer(), n_heads, LARGE_EPS),
        "the output of one head": (small.states(), small.layer(), 1, 0.1),
        "the output of one position": (least.states(), small.layer(), 4, 1e-3),
        "the output of one position by other weights": (least.states(), small.layer(), 4, 1e-3),
    }
    assert_right("decoder_layer", calls, axes=TIMED)


@stage("decoder_layer")
@points(2)
def test_residual_connections(student, probe):
    """If both sub-layers return zeros, the layer returns its input as it is."""
    x, weights = probe.states(), probe.layer()
    for part, matrix in (("attention", "output"), ("feed_forward", "outer")):
        weights[part][matrix][:] = 0
        weights[part][f"{matrix}_bias"][:] = 0
    came = student.decoder_layer(x, weights, probe.sizes.n_heads, EPS)
    assert_close(came, x, name="the output", axes=TIMED)


@stage("decoder_layer")
@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone):
    """The input and the weights that were handed in are not changed."""
    assert_left_alone("decoder_layer")


@stage("decoder_stack")
@points(1)
def test_layers_in_order(assert_right, probe):
    """Different layers are applied once each, the first one first."""
    narrow = probe.sized(head_width=3)
    arguments = narrow.states(), layers(narrow, 4), narrow.sizes.n_heads, EPS
    named = {"the final hidden states": arguments}
    assert_right("decoder_stack", named, axes=TIMED, tolerance=STACK_TOLERANCE)


def layers(probe, n):
    return [probe.layer() for _ in range(n)]


@stage("decoder_stack")
@points(1)
def test_one_layer(answers_to, reference, probe):
    """A stack of one layer is that layer, with the eps that was handed in; here on one position."""
    least = probe.sized(batch=1, time=1)
    cases = [(least.states(), least.layer()) for _ in range(2)]
    answers = answers_to("decoder_stack", *((x, [layer], 1, 0.1) for x, layer in cases))
    for (x, layer), answer in zip(cases, answers, strict=True):
        assert_close(
            answer,
            reference.decoder_layer(x, layer, 1, 0.1),
            name="the final hidden states",
            axes=TIMED,
        )


@stage("decoder_stack")
@points(1)
@needs("layers_in_order")
def test_states_are_left_alone(assert_left_alone):
    """The hidden states and the weights that were handed in are not changed."""
    assert_left_alone("decoder_stack")


def head(probe, eps):
    """What `output_logits` takes beside the hidden states."""
    return (
        probe.gain(),
        probe.bias(),
        eps,
        probe.matrix(probe.sizes.width, probe.sizes.vocabulary),
    )


@stage("output_logits")
@points(1)
def test_logits(assert_right, probe):
    """The hidden states are normalized once, then mapped to a logit for each vocabulary entry."""
    least = probe.sized(batch=1, n_heads=1, head_width=1, time=1, vocabulary=1)
    calls = {
        "the logits": (probe.states(), *head(probe, LARGE_EPS)),
        "the logits of small states": (probe.states(scale=0.05), *head(probe, 1e-4)),
        "the logits of one position": (least.states(), *head(least, LARGE_EPS)),
        "the logits of one position by other weights": (least.states(), *head(least, LARGE_EPS)),
    }
    assert_right("output_logits", calls, axes=LOGITS)


@stage("output_logits")
@points(1)
def test_final_normalization(student, probe):
    """Hidden states that are 100 times as large give almost the same logits."""
    x, weights = probe.states(), head(probe, EPS)
    shape = (*x.shape[:2], probe.sizes.vocabulary)
    logits = as_floats(
        student.output_logits(x, *weights), name="the logits", shape=shape, axes=LOGITS
    )
    larger = student.output_logits(x * 100, *weights)
    assert_close(
        larger, logits, name="the logits of the larger states", axes=LOGITS, tolerance=1e-3
    )
    assert np.abs(logits - logits[:, :, :1]).max() > 1e-3, "All logits are equal."


@stage("output_logits")
@points(1)
@needs("logits")
def test_hidden_states_are_left_alone(assert_left_alone):
    """The hidden states and the weights that were handed in are not changed."""
    assert_left_alone("output_logits")
