"""Values on inputs drawn from the course secret, so that stored answers are of no use.

Their sizes are drawn from it, too. What kind of input they are, a visible check shows.
"""

import numpy as np

from grader.checks import as_floats, assert_same, points, stage

STATES = ("batch", "time", "width")
HEADED = ("batch", "head", "time", "width")
LAYER_TOLERANCE = 4e-5  # rounding grows with the depth
STACK_TOLERANCE = 1e-4  # 4e-6 was measured in float32


@stage("rms_norm")
@points(3)
def test_random_states(assert_right, probe):
    """Random states and gains, at two scales and of two ranks."""
    width = probe.sizes.head_width
    shapes = {0.02: (3, 5, width), 30.0: (width,)}
    calls = {
        f"the normalized states of {len(shape)} axes": (
            probe.floats(*shape, scale=scale),
            probe.gain(width),
            1e-4,
        )
        for scale, shape in shapes.items()
    }
    assert_right("rms_norm", calls, axes=STATES)


@stage("rotate")
@points(5)
def test_random_vectors(assert_right, probe):
    """Random vectors, positions and bases, with as many rows as heads, and of one token."""
    base = float(probe.rng.integers(30, 900))
    square = probe.sized(batch=2, n_groups=2, shared=1)
    one = probe.sized(time=1)
    calls = {
        "the rotated vectors of two heads": (square.heads(), square.positions(3), 2 * base),
        "the rotated vectors": (probe.heads(), probe.positions(), base),
        "the rotated vectors of one token": (one.heads(), one.positions(4), base),
    }
    assert_right("rotate", calls, axes=HEADED)


@stage("grouped_attention")
@points(4)
def test_random_groups(assert_right, probe):
    """Random queries, keys and values, in two groups and in three, with keys of earlier tokens."""
    two, three = (probe.sized(n_groups=n, shared=5 - n) for n in (2, 3))
    calls = {
        "the mixed values of two groups": two.attended(),
        "the mixed values of three groups": three.attended(past=4),
        "the mixed values of one query": three.sized(time=1).attended(past=7),
    }
    assert_right("grouped_attention", calls, axes=HEADED)


@stage("grouped_attention")
@points(1)
def test_rows_are_independent(student, probe):
    """A row of the batch gets what it gets alone."""
    arguments = probe.sized(batch=3).attended(past=1)
    shapes = arguments[0].shape, arguments[0][:1].shape
    together, alone = (
        as_floats(student.grouped_attention(*call), name="the mixed values", shape=shape)
        for call, shape in zip((arguments, [x[1:2] for x in arguments]), shapes, strict=True)
    )
    assert_same(together[1:2], alone, claim="A row differs when it is alone in the batch.")
    assert np.abs(together[1] - together[0]).max() > 1e-3


@stage("llama_attention")
@points(5)
def test_random_attention(assert_right, probe):
    """Random states, weights and positions, in two groups and in three."""
    calls = {}
    for groups in (2, 3):
        sized = probe.sized(n_groups=groups, shared=5 - groups)
        config = sized.config(base=float(probe.rng.integers(30, 900)))
        arguments = sized.states(), sized.attention(), sized.positions(groups), config
        calls[f"the output of {groups} groups"] = arguments
    assert_right("llama_attention", calls, axes=STATES)


@stage("swiglu")
@points(3)
def test_random_network(assert_right, probe):
    """Random states and weights, small and large."""
    weights = probe.feed_forward().values()
    calls = {
        "the output": (probe.states(scale=0.3), *weights),
        "the output of one row": (probe.sized(batch=1).states(scale=4.0), *weights),
    }
    assert_right("swiglu", calls, axes=STATES)


@stage("llama_layer")
@points(4)
def test_random_layer(assert_right, probe):
    """Random states, weights and positions, with another eps."""
    config = probe.config(base=float(probe.rng.integers(30, 900)), eps=1e-3)
    arguments = probe.states(scale=0.3), probe.layer(), probe.positions(1), config
    named = {"the output": arguments}
    assert_right("llama_layer", named, axes=STATES, tolerance=LAYER_TOLERANCE)


@stage("llama_stack")
@points(2)
def test_random_stack(assert_right, probe):
    """Three random layers."""
    arguments = probe.states(), probe.layers(3), probe.positions(2), probe.config(base=80.0)
    named = {"the final hidden states": arguments}
    assert_right("llama_stack", named, axes=STATES, tolerance=STACK_TOLERANCE)


@stage("llama_logits")
@points(3)
def test_random_model(assert_right, probe):
    """Random ids, weights and settings."""
    axes = ("batch", "time", "vocabulary entry")
    calls = {
        "the logits": (probe.ids(), probe.model(), probe.config(eps=0.3)),
        "the logits of small embeddings": (
            probe.ids(),
            probe.model(1, scale=0.1),
            probe.config(base=60.0, eps=0.05),
        ),
    }
    assert_right("llama_logits", calls, axes=axes, tolerance=STACK_TOLERANCE)
