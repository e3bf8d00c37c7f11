"""Values on inputs drawn from the course secret, so that stored answers are of no use."""

import numpy as np

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

EPS = 1e-5
TIMED = ("batch", "time", "width")
HEADED = ("batch", "head", "query", "key")


@stage("step_input")
@points(1)
def test_random_lists(student, rng):
    """Random prompts, generated tokens and context lengths."""
    cases = [
        [rng.integers(0, 37, size=n).tolist() for n in (rng.integers(1, 9), rng.integers(0, 9))]
        for _ in range(8)
    ]
    lengths = rng.integers(1, 12, size=8).tolist()
    answers = [student.step_input(*case, c) for case, c in zip(cases, lengths, strict=True)]
    for (prompt, generated), c, answer in zip(cases, lengths, answers, strict=True):
        assert as_tokens(answer, name="the step input") == (prompt + generated)[-c:]


@stage("embed")
@points(3)
def test_random_tables(student, reference, probe):
    """Random ids and tables; the context is longer than the input."""
    ids, tokens, positions = probe.ids(4, 6), probe.floats(37, 10), probe.floats(13, 10)
    assert_close(
        student.embed(ids, tokens, positions),
        reference.embed(ids, tokens, positions),
        name="the embedding",
        axes=TIMED,
    )


@stage("layer_norm")
@points(2)
def test_random_states(student, reference, probe):
    """Random states, gains and biases, at three scales."""
    for scale in (0.02, 1.0, 30.0):
        arguments = probe.floats(3, 5, 10, scale=scale), probe.gain(10), probe.bias(10), 1e-4
        assert_close(
            student.layer_norm(*arguments),
            reference.layer_norm(*arguments),
            name="the normalized states",
            axes=TIMED,
        )


@stage("softmax")
@points(1)
def test_random_logits(student, reference, probe):
    """Random logits of several shapes."""
    for shape in ((9,), (4, 3), (2, 3, 4, 5)):
        logits = probe.floats(*shape, scale=3)
        assert_close(student.softmax(logits), reference.softmax(logits), name="the probabilities")


@stage("attention_weights")
@points(3)
def test_random_heads(student, reference, probe):
    """Random queries and keys, with as many rows in the batch as heads."""
    queries, keys = probe.heads(batch=3, time=5), probe.heads(batch=3, time=5)
    assert_close(
        student.attention_weights(queries, keys),
        reference.attention_weights(queries, keys),
        name="the attention weights",
        axes=HEADED,
    )


@stage("attention_weights")
@points(1)
def test_future_keys(student, probe):
    """Changing the keys from a position on changes the later rows, and no earlier one."""
    queries, keys = probe.heads(), probe.heads()
    changed = keys.copy()
    changed[:, :, 4:] += 1
    before, after = (
        as_floats(student.attention_weights(queries, k), name="the weights", shape=(2, 3, 7, 7))
        for k in (keys, changed)
    )
    assert_same(after[:, :, :4], before[:, :, :4], claim="A later key changed an earlier row.")
    assert np.abs(after[:, :, 4:] - before[:, :, 4:]).max() > 1e-3


@stage("self_attention")
@points(3)
def test_random_attention(student, reference, probe):
    """Random states and weights, with as many rows in the batch as heads, and with one head."""
    x, weights = probe.states(batch=3, time=6), probe.attention()
    for n_heads in (3, 4, 1):
        assert_close(
            student.self_attention(x, weights, n_heads),
            reference.self_attention(x, weights, n_heads),
            name="the output",
            axes=TIMED,
        )


@stage("self_attention")
@points(2)
def test_biases(student, reference, probe):
    """With an input of zeros the biases alone decide."""
    x, weights = probe.states() * 0, probe.attention()
    assert_close(
        student.self_attention(x, weights, 3),
        reference.self_attention(x, weights, 3),
        name="the output",
        axes=TIMED,
    )


@stage("feed_forward")
@points(2)
def test_random_network(student, reference, probe):
    """Random states and weights, small and large."""
    weights = probe.feed_forward()
    for scale in (0.3, 4.0):
        x = probe.floats(3, 4, 24, scale=scale)
        assert_close(
            student.feed_forward(x, weights),
            reference.feed_forward(x, weights),
            name="the output",
            axes=TIMED,
        )


@stage("decoder_layer")
@points(3)
def test_random_layer(student, reference, probe):
    """Random states and weights, with another number of heads and another eps."""
    x, weights = probe.floats(3, 5, 24, scale=0.3), probe.layer()
    assert_close(
        student.decoder_layer(x, weights, 4, 1e-3),
        reference.decoder_layer(x, weights, 4, 1e-3),
        name="the output",
        axes=TIMED,
    )


@stage("decoder_stack")
@points(2)
def test_random_stack(student, reference, probe):
    """Four random layers."""
    x, layers = probe.states(), [probe.layer() for _ in range(4)]
    assert_close(
        student.decoder_stack(x, layers, 4, EPS),
        reference.decoder_stack(x, layers, 4, EPS),
        name="the final hidden states",
        axes=TIMED,
        tolerance=1e-4,  # rounding grows with the depth: 5e-6 was measured in float32
    )


@stage("output_logits")
@points(3)
def test_random_output(student, reference, probe):
    """Random hidden states, gains, biases and output projection."""
    arguments = (
        probe.floats(3, 5, 10, scale=0.05, shift=0.1),
        probe.gain(10),
        probe.bias(10),
        1e-4,
        probe.matrix(10, 37),
    )
    assert_close(
        student.output_logits(*arguments),
        reference.output_logits(*arguments),
        name="the logits",
        axes=("batch", "time", "vocabulary entry"),
    )


@stage("next_token_distribution")
@points(2)
def test_random_filters(student, reference, probe):
    """Random logits through temperature, top-k and top-p together."""
    logits = clear_of_ties(probe)
    for temperature, top_k, top_p in ((0.8, 9, None), (1.3, None, 0.75), (0.9, 6, 0.85)):
        assert_close(
            student.next_token_distribution(logits, temperature, top_k, top_p),
            reference.next_token_distribution(logits, temperature, top_k, top_p),
            name="the next-token distribution",
            axes=("batch", "vocabulary entry"),
        )


def clear_of_ties(probe):
    """Logits whose order does not depend on rounding: steps of 0.3 in random order."""
    steps = 0.3 * np.arange(23) + probe.rng.uniform(0, 0.1, size=(3, 23))
    return probe.rng.permuted(steps, axis=1).astype(np.float32)


@stage("select_token")
@points(2)
def test_random_distribution(student, rng):
    """Random distributions: the arg max, and u in the middle of each token's interval."""
    for _ in range(3):
        distribution = rng.dirichlet(np.full(6, 2.0)).astype(np.float32)
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
    for time in (1, 9):
        logits, tokens = probe.floats(time, 37, scale=3), probe.rng.integers(0, 37, size=time)
        came = student.sequence_log_probability(logits, tokens)
        number = as_number(came, name="the log-probability")
        expected = float(reference.sequence_log_probability(logits, tokens))
        assert_close(np.array([number]), np.array([expected]), name="the log-probability")
