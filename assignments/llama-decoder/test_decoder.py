"""The decoder layer, the stack of them, and the whole model."""

import numpy as np

from grader.checks import as_floats, assert_close, assert_same, needs, points, stage

EPS = 1e-5
LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
TIMED = ("batch", "time", "width")
LOGITS = ("batch", "time", "vocabulary entry")
LAYER_TOLERANCE = 4e-5  # rounding grows with the depth
STACK_TOLERANCE = 1e-4  # 4e-6 was measured in float32


def layer_call(probe, scale=1.0, eps=LARGE_EPS, first=0):
    """What `llama_layer` takes."""
    return (
        probe.states(scale),
        probe.layer(),
        probe.positions(first),
        probe.config(base=100.0, eps=eps),
    )


@stage("llama_layer")
@points(3)
def test_values(assert_right, probe):
    """Attention on the normalized input is added to the input; then the feed-forward likewise."""
    other = probe.sized(batch=1, n_groups=1, shared=2, inner_width=7)
    calls = {
        "the output": layer_call(probe),
        "the output of two heads in one group": layer_call(other, eps=0.1),
        "the output of one position": layer_call(probe.least, eps=1e-3, first=3),
        "the output of small states": layer_call(probe, scale=0.05),
    }
    assert_right("llama_layer", calls, axes=TIMED, tolerance=LAYER_TOLERANCE)


@stage("llama_layer")
@points(2)
def test_residual_connections(student, probe):
    """If both sub-layers return zeros, the layer returns its input as it is."""
    x, weights, *others = layer_call(probe)
    weights["attention"]["output"][:] = 0
    weights["feed_forward"]["down"][:] = 0
    came = student.llama_layer(x, weights, *others)
    assert_close(came, x, name="the output", axes=TIMED)


@stage("llama_layer")
@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone, probe):
    """The input and the weights that were handed in are not changed."""
    assert_left_alone("llama_layer", layer_call(probe.small))


def stack_call(probe, n, eps=EPS):
    """What `llama_stack` takes."""
    return probe.states(), probe.layers(n), probe.positions(), probe.config(base=100.0, eps=eps)


@stage("llama_stack")
@points(2)
def test_layers_in_order(assert_right, probe):
    """Different layers are applied once each, the first one first, with the same positions."""
    narrow = probe.sized(batch=2, head_width=4)
    named = {"the final hidden states": stack_call(narrow, 4)}
    assert_right("llama_stack", named, axes=TIMED, tolerance=STACK_TOLERANCE)


@stage("llama_stack")
@points(1)
def test_one_layer(student, reference, probe):
    """A stack of one layer is that layer, with the positions and settings that were handed in."""
    x, layers, positions, config = stack_call(probe.sized(batch=1, n_groups=1), 1, eps=0.1)
    assert_close(
        student.llama_stack(x, layers, positions, config),
        reference.llama_layer(x, layers[0], positions, config),
        name="the final hidden states",
        axes=TIMED,
    )


@stage("llama_stack")
@points(1)
@needs("layers_in_order")
def test_states_are_left_alone(assert_left_alone, probe):
    """The hidden states and the weights that were handed in are not changed."""
    assert_left_alone("llama_stack", stack_call(probe.small, 2))


def model_call(probe, eps=0.3, scale=1.0, n_layers=2):
    """What `llama_logits` takes."""
    return probe.ids(), probe.model(n_layers, scale=scale), probe.config(base=100.0, eps=eps)


@stage("llama_logits")
@points(3)
def test_logits(assert_right, probe):
    """Rows of the table, the stack, the final normalization, and the output projection."""
    calls = {
        "the logits": model_call(probe),
        "the logits of three layers": model_call(probe.sized(batch=2), n_layers=3),
        "the logits of small embeddings": model_call(probe, eps=0.05, scale=0.1, n_layers=1),
        "the logits of one token": model_call(probe.least.sized(vocabulary=5)),
        "the logits of a vocabulary of one": model_call(probe.least.sized(vocabulary=1)),
    }
    assert_right("llama_logits", calls, axes=LOGITS, tolerance=STACK_TOLERANCE)


def logits_of(student, arguments):
    ids, model, _ = arguments
    shape = (*ids.shape, model["output_weight"].shape[1])
    came = student.llama_logits(*arguments)
    return as_floats(came, name="the logits", shape=shape, axes=LOGITS)


@stage("llama_logits")
@points(1)
def test_order_of_the_tokens(student, probe):
    """Exchanging two earlier tokens changes the logits of the last one; earlier rows stay."""
    ids, model, config = model_call(probe.sized(batch=1))
    ids[0] = 1 + np.arange(ids.shape[1])
    other = ids.copy()
    other[0, [2, 4]] = ids[0, [4, 2]]
    before, after = (logits_of(student, (i, model, config)) for i in (ids, other))
    assert_same(after[:, :2], before[:, :2], claim="Logits before the exchange changed.")
    assert np.abs(after[:, 5:] - before[:, 5:]).max(axis=-1).min() > 1e-3, (
        "The logits do not tell in which order the earlier tokens came."
    )


@stage("llama_logits")
@points(1)
@needs("logits")
def test_model_is_left_alone(assert_left_alone, probe):
    """The token ids and the weights that were handed in are not changed."""
    assert_left_alone("llama_logits", model_call(probe.small))
