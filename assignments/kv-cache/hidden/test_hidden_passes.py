"""The same of inputs drawn from the course secret, so that stored answers are of no use.

Their sizes are drawn from it, too. What kind of input they are, a visible check shows.
"""

import numpy as np

from grader.checks import (
    as_tokens,
    assert_cached_order,
    assert_close,
    assert_equal,
    assert_prefixes,
    points,
    stage,
)

DEEP_TOLERANCE = 1e-4  # rounding grows with the depth: 5e-6 was measured in float32


@stage("visible")
@points(2)
def test_random_lengths(student, rng):
    """Random numbers of cached and new positions."""
    lengths = [(int(a), int(b)) for a, b in rng.integers(1, 9, size=(4, 2))]
    for n_past, n_new in [*lengths, (0, 5)]:
        expected = np.tri(n_new, n_past + n_new, n_past, dtype=bool)
        assert_equal(student.visible(n_past, n_new), expected, name="the mask")


@stage("position_ids")
@points(2)
def test_random_lengths_of_positions(student, rng):
    """Random numbers of cached and new positions."""
    lengths = [(int(a), int(b)) for a, b in rng.integers(1, 9, size=(4, 2))]
    for n_past, n_new in [*lengths, (0, 5)]:
        came = as_tokens(student.position_ids(n_past, n_new), name="the positions")
        assert came == list(range(n_past, n_past + n_new))


def attention(probe):
    return probe.states(), probe.attention(), probe.sizes.n_heads, probe.past()


@stage("cached_attention")
@points(4)
def test_random_chunks(assert_right, probe):
    """Random states, weights and caches, with as many rows in the batch as heads."""
    calls = {
        "several new tokens": attention(probe.sized(batch=3, n_heads=3)),
        "as many new tokens as cached ones": attention(probe.sized(past=6, new=6)),
    }
    assert_right("cached_attention", calls)


@stage("cached_attention")
@points(2)
def test_random_first_pass(assert_right, probe):
    """Random states without a cached position, and one new token after one."""
    calls = {
        "the first pass": attention(probe.sized(past=0)),
        "one after one": attention(probe.sized(past=1, new=1, batch=1)),
    }
    assert_right("cached_attention", calls)


@stage("cached_layer")
@points(4)
def test_random_layer(assert_right, probe):
    """Random states, weights and caches, with another eps."""
    one = probe.sized(new=1)
    calls = {
        "several new tokens": (
            probe.states(scale=0.3),
            probe.layer(),
            probe.sizes.n_heads,
            1e-3,
            probe.past(),
        ),
        "one new token": (one.states(), one.layer(), one.sizes.n_heads, 0.05, one.past()),
    }
    assert_right("cached_layer", calls)


@stage("cached_stack")
@points(5)
def test_random_stack(assert_right, probe):
    """Random layers, each with a cache of its own."""
    three = probe.sized(n_layers=3)
    arguments = three.states(), three.layers(), three.sizes.n_heads, 1e-2, three.cache()
    assert_right("cached_stack", {"new tokens": arguments}, tolerance=DEEP_TOLERANCE)


@stage("prefill")
@points(5)
def test_random_prompts(assert_right, probe):
    """Random prompts and models; the context is longer than the prompt, or just as long."""
    batch = probe.sizes.batch
    one = probe.sized(batch=1, n_layers=1)
    calls = {
        "the prompts": (probe.ids(batch, 6), probe.model(11)),
        "one prompt": (one.ids(1, 8), one.model(8)),
    }
    assert_right("prefill", calls, tolerance=DEEP_TOLERANCE)


@stage("decode")
@points(3)
def test_random_steps(assert_right, probe):
    """Random tokens after random caches."""
    two = probe.sized(n_layers=2)
    calls = {
        "a step": (two.ids(two.sizes.batch), two.cache(), two.model(12)),
        "a step of one row": (
            two.ids(1),
            two.sized(batch=1, past=3).cache(),
            two.model(4),
        ),
    }
    assert_right("decode", calls, tolerance=DEEP_TOLERANCE)


@stage("decode")
@points(3)
def test_own_caches(student, reference, probe, prefilled, parted, assert_right_cache):
    """Seven steps on the caches that decode itself returned give the logits of a full pass."""
    two = probe.sized(n_layers=2)
    model, ids = two.model(13), two.ids(two.sizes.batch, 12)
    cache = prefilled(ids[:, :5], model)
    for k in range(5, 12):
        logits, cache = parted("decode", student.decode(ids[:, k], cache, model))
        right, right_cache = reference.prefill(ids[:, : k + 1], model)
        assert_close(logits, right, name="the logits", tolerance=DEEP_TOLERANCE)
        assert_right_cache(cache, right_cache, of="a step")


@stage("truncate")
@points(3)
def test_random_caches(student, reference, probe, assert_right_cache):
    """Random caches, cut to random lengths."""
    for n in (probe.sizes.past - 1, 2):
        cache = probe.cache()
        came = student.truncate(cache, n)
        assert_right_cache(came, reference.truncate(cache, n), of="the rest")


@stage("batch_prefill")
@points(4)
def test_random_padding(assert_right, probe):
    """Random prompts of three lengths; the padding is a random id in every place."""
    lengths = [int(n) for n in probe.rng.permutation([2, 5, 3])]
    arguments = probe.ids(3, 6), lengths, probe.sized(n_layers=2).model(9)
    assert_right("batch_prefill", {"the prompts": arguments}, tolerance=DEEP_TOLERANCE)


def generate(student, stages, prompt, n, eos):
    length = stages.context_length
    came = student.generate_cached(prompt, stages, n, eos, length)
    assert_prefixes(stages.trace, prompt=prompt, context_length=length)
    return as_tokens(came, name="the result of generate_cached")


@stage("generate_cached")
@points(1)
def test_eos_in_the_prompt(student, probe, scripted):
    """An end-of-sequence token in the prompt, also at its end, does not stop generation."""
    eos, first, *others = probe.tokens(12)
    assert generate(student, scripted(others), [eos, first, eos], 2, eos) == others[:2]


@stage("generate_cached")
@points(3)
def test_whole_flow(student, probe, scripted):
    """A small window, a repeated token and an end-of-sequence token at once."""
    tokens = probe.tokens(12)
    eos = tokens[7]
    prompt, script = tokens[:5], [tokens[6], tokens[6], tokens[2], 0, eos, *tokens[8:]]
    stages = scripted(script, context_length=7)
    came = generate(student, stages, prompt, 8, eos)
    assert_cached_order(stages.trace, n_steps=5)
    assert came == script[:5]
