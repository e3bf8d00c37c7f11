"""Values on inputs drawn from the course secret, so that stored answers are of no use.

Their sizes are drawn from it, too. What kind of input they are, a visible check shows.
"""

import numpy as np
import pytest

from grader.checks import (
    as_floats,
    as_number,
    as_token,
    as_tokens,
    assert_close,
    assert_same,
    points,
    stage,
)

TIMED = ("batch", "time", "width")
HEADED = ("batch", "head", "query", "key")
STACK_TOLERANCE = 1e-4  # rounding grows with the depth: 5e-6 was measured in float32


@pytest.fixture
def answers_to(student):
    """Makes several calls of a stage; what they did to hidden arguments no visible check judges."""
    return lambda stage, *calls: [getattr(student, stage)(*call) for call in calls]


@stage("step_input")
@points(1)
def test_random_lists(student, rng):
    """Random prompts, generated tokens and context lengths."""
    cases = [
        [rng.integers(0, 37, size=n).tolist() for n in (rng.integers(1, 9), rng.integers(0, 9))]
        for _ in range(5)
    ]
    lengths = [1, *rng.integers(1, 12, size=4).tolist()]
    answers = [student.step_input(*case, c) for case, c in zip(cases, lengths, strict=True)]
    for (prompt, generated), c, answer in zip(cases, lengths, answers, strict=True):
        assert as_tokens(answer, name="the step input") == (prompt + generated)[-c:]


@stage("embed")
@points(3)
def test_random_tables(assert_right, probe):
    """Random ids and tables; the context is longer than the input, or just as long."""
    sizes = probe.sizes
    tokens = probe.floats(sizes.vocabulary, sizes.width)
    positions = probe.floats(sizes.time + 3, sizes.width)
    calls = {
        "the embedding": (probe.ids(sizes.batch, sizes.time), tokens, positions),
        "the embedding of one row": (probe.ids(1, sizes.time + 3), tokens, positions),
    }
    assert_right("embed", calls, axes=TIMED)


@stage("layer_norm")
@points(2)
def test_random_states(assert_right, probe):
    """Random states, gains and biases, at two scales and of two ranks."""
    width = probe.sizes.head_width
    shapes = {"three axes": (0.02, (3, 5, width)), "one axis": (30.0, (width,))}
    calls = {
        f"the normalized states of {axes}": (
            probe.floats(*shape, scale=scale),
            probe.gain(width),
            probe.bias(width),
            1e-4,
        )
        for axes, (scale, shape) in shapes.items()
    }
    assert_right("layer_norm", calls, axes=TIMED)


@stage("softmax")
@points(1)
def test_random_logits(assert_right, probe):
    """Random logits of several shapes."""
    shapes = {"one axis": (probe.sizes.vocabulary,), "four axes": (2, 3, 4, 5)}
    calls = {
        f"the probabilities of {axes}": (probe.floats(*shape, scale=3),)
        for axes, shape in shapes.items()
    }
    assert_right("softmax", calls)


@stage("attention_weights")
@points(3)
def test_random_heads(assert_right, probe):
    """Random queries and keys, with as many rows in the batch as heads, and of one position."""
    probes = {
        "the attention weights": probe.sized(batch=3, n_heads=3),
        "the attention weights of one position": probe.sized(batch=1, time=1),
    }
    calls = {name: (sized.heads(), sized.heads()) for name, sized in probes.items()}
    assert_right("attention_weights", calls, axes=HEADED)


@stage("attention_weights")
@points(1)
def test_future_keys(student, probe):
    """Changing the keys from a position on changes the later rows, and no earlier one."""
    queries, keys = probe.heads(), probe.heads()
    changed = keys.copy()
    changed[:, :, 4:] += 1
    shape = (*queries.shape[:3], queries.shape[2])
    before, after = (
        as_floats(student.attention_weights(queries, k), name="the weights", shape=shape)
        for k in (keys, changed)
    )
    assert_same(after[:, :, :4], before[:, :, :4], claim="A later key changed an earlier row.")
    assert np.abs(after[:, :, 4:] - before[:, :, 4:]).max() > 1e-3


@stage("self_attention")
@points(3)
def test_random_attention(assert_right, probe):
    """Random states and weights, with as many rows in the batch as heads, and with one head."""
    three = probe.sized(batch=3, n_heads=3)
    x, weights = three.states(), three.attention()
    calls = {
        "the output": (x, weights, 3),
        "the output of one head": (x[:1] / 2, weights, 1),
    }
    assert_right("self_attention", calls, axes=TIMED)


@stage("self_attention")
@points(2)
def test_biases(assert_right, probe):
    """With an input of zeros the biases alone decide."""
    arguments = probe.states() * 0, probe.attention(), probe.sizes.n_heads
    assert_right("self_attention", {"the output": arguments}, axes=TIMED)


@stage("feed_forward")
@points(2)
def test_random_network(assert_right, probe):
    """Random states and weights, small and large."""
    weights = probe.feed_forward()
    alone = probe.sized(batch=1)
    calls = {
        "the output": (probe.states(scale=0.3), weights),
        "the output of one row": (alone.states(scale=4.0), weights),
    }
    assert_right("feed_forward", calls, axes=TIMED)


@stage("decoder_layer")
@points(3)
def test_random_layer(assert_right, probe):
    """Random states and weights, with another number of heads and another eps."""
    x, weights = probe.states(scale=0.3), probe.layer()
    arguments = x, weights, probe.sizes.head_width, 1e-3
    assert_right("decoder_layer", {"the output": arguments}, axes=TIMED)


@stage("decoder_stack")
@points(2)
def test_random_stack(assert_right, probe):
    """Three random layers."""
    layers = [probe.layer() for _ in range(3)]
    arguments = probe.states(), layers, probe.sizes.n_heads, 1e-5
    named = {"the final hidden states": arguments}
    assert_right("decoder_stack", named, axes=TIMED, tolerance=STACK_TOLERANCE)


@stage("output_logits")
@points(3)
def test_random_output(assert_right, probe):
    """Random hidden states, gains, biases and output projection."""
    sizes = probe.sizes
    shape = sizes.batch, sizes.time, sizes.width
    arguments = (
        probe.floats(*shape, scale=0.05, shift=0.1),
        probe.gain(),
        probe.bias(),
        1e-4,
        probe.matrix(sizes.width, sizes.vocabulary),
    )
    axes = ("batch", "time", "vocabulary entry")
    assert_right("output_logits", {"the logits": arguments}, axes=axes)


@stage("next_token_distribution")
@points(2)
def test_random_filters(assert_right, probe):
    """Random logits through temperature, top-k and top-p together."""
    logits = probe.spread_logits(step=0.15)
    settings = (0.8, 9, None), (1.3, None, 0.75), (0.9, 6, 0.85)
    named = {
        f"the distribution in case {number}": (logits, *setting)
        for number, setting in enumerate(settings, start=1)
    }
    assert_right("next_token_distribution", named, axes=("batch", "vocabulary entry"))


@stage("select_token")
@points(2)
def test_random_distribution(student, rng):
    """A random distribution: the arg max, and u in the middle of each token's interval."""
    size = int(rng.integers(4, 8))
    distribution = rng.dirichlet(np.full(size, 2.0)).astype(np.float32)
    ends = np.cumsum(distribution.astype(np.float64))
    intervals = enumerate(zip([0.0, *ends], ends, strict=False))
    middles = [(k, float(low + high) / 2) for k, (low, high) in intervals if high - low > 1e-3]
    cases = [(int(np.argmax(distribution)), None), *middles]
    answers = [student.select_token(distribution, u) for _, u in cases]
    tokens = [as_token(answer, name="the token") for answer in answers]
    assert tokens == [place for place, _ in cases]


@stage("sequence_log_probability")
@points(2)
def test_random_sequence(student, reference, probe):
    """Random logits and tokens."""
    vocabulary = probe.sizes.vocabulary
    logits = probe.floats(9, vocabulary, scale=3)
    tokens = probe.rng.integers(0, vocabulary, size=9)
    number = as_number(student.sequence_log_probability(logits, tokens), name="the log-probability")
    expected = float(reference.sequence_log_probability(logits, tokens))
    assert_close(np.array(number), np.array(expected), name="the log-probability")
