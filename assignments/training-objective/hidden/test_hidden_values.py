"""Values on inputs drawn from the course secret, so that stored answers are of no use.

Their sizes are drawn from it, too. What kind of input they are, a visible check shows.
"""

import numpy as np

from grader.checks import points, stage

AXES = ("sequence", "position", "vocabulary entry")
PAIR = ("inputs", "targets")


@stage("batch_at")
@points(2)
def test_random_starts(assert_right, probe):
    """Random texts, starts and context lengths."""
    calls = []
    for rows in (1, 4):
        length = int(probe.rng.integers(2, 9))
        starts = probe.rng.integers(0, 50 - length - 1, size=rows).tolist()
        calls.append((probe.ids(50), [*starts, 50 - length - 1, 0], length))
    assert_right("batch_at", *calls, parts=PAIR)


@stage("shift_targets")
@points(2)
def test_random_tokens(assert_right, probe):
    """Random token ids of several sizes."""
    sizes = probe.sizes
    calls = (probe.ids(sizes.batch, sizes.time),), (probe.ids(1, sizes.time + 1),)
    assert_right("shift_targets", *calls, parts=PAIR)


@stage("mask_targets")
@points(3)
def test_random_lengths(assert_right, probe):
    """Random prompts, lengths and padding, and another number for what is ignored."""
    calls = []
    for batch, ignored in ((4, -5), (1, -100)):
        time = probe.sizes.time
        lengths = [int(n) for n in probe.rng.integers(3, time + 2, size=batch)]
        prompts = [int(probe.rng.integers(1, length)) for length in lengths]
        calls.append((probe.ids(batch, time), prompts, lengths, ignored))
    assert_right("mask_targets", *calls, name="targets")


def batches(probe):
    """Some of random sizes, with ignored targets and without."""
    logits, targets = probe.scored(scale=3.0)
    return (logits, targets, -100), probe.padded(-2, batch=4), probe.padded(-100, batch=1)


@stage("cross_entropy")
@points(4)
def test_random_batches(assert_right, probe):
    """Random logits and targets, some of them ignored."""
    assert_right("cross_entropy", *batches(probe), name="loss")


@stage("cross_entropy_gradient")
@points(5)
def test_gradient_of_random_batches(assert_right, probe):
    """Random logits and targets, some of them ignored."""
    assert_right("cross_entropy_gradient", *batches(probe), name="gradient", axes=AXES)


@stage("perplexity")
@points(2)
def test_perplexity_of_random_batches(assert_right, probe):
    """Random logits and targets, some of them ignored."""
    calls = probe.padded(-2, batch=3), probe.padded(-100, batch=2, time=4)
    assert_right("perplexity", *calls, name="perplexity")


@stage("accumulate")
@points(3)
def test_random_parts(assert_right, probe):
    """Random gradients and counts, one of which is 0."""
    width = probe.sizes.batch, probe.sizes.time
    counts = [int(n) for n in probe.rng.permutation(np.arange(2, 12))[:3]]
    parts = probe.gradients(*[width] * 4)
    parts[1][:] = 0
    calls = (parts, [counts[0], 0, *counts[1:]]), (probe.gradients((5,), (5,)), counts[:2])
    assert_right("accumulate", *calls, name="gradient of the batch")


@stage("clip_by_global_norm")
@points(3)
def test_random_gradients(assert_right, probe):
    """Random gradients of several shapes, longer and shorter than allowed."""
    rows, columns = probe.sizes.batch, probe.sizes.time
    shapes = (rows, columns), (columns,), (1, rows, 2)
    long, short = probe.gradients(*shapes), probe.gradients(*shapes, scale=0.1)
    calls = (long, float(probe.rng.uniform(0.5, 3))), (short, 60.0)
    assert_right("clip_by_global_norm", *calls)


@stage("adamw_step")
@points(4)
def test_random_step(assert_right, reference, probe):
    """Random weights, means and settings, at the first step and at a later one."""
    shape, rng = (probe.sizes.batch, probe.sizes.time), probe.rng
    calls = []
    for step in (1, int(rng.integers(2, 6))):
        weight, gradient, m = (probe.floats(*shape, scale=scale) for scale in (1.0, 0.8, 0.5))
        v = np.abs(probe.floats(*shape, scale=0.3, shift=0.5)) + np.float32(0.05)
        betas = [float(rng.uniform(0.6, 0.85)), float(rng.uniform(0.87, 0.96))]
        kept = np.float32(step > 1)
        settings = float(rng.uniform(0.1, 0.3)), betas, 1e-2, float(rng.uniform(0.2, 0.5))
        calls.append((weight, gradient, kept * m, kept * v, step, *settings))

    def decayed_afterwards(*call):
        weight, m, v = reference.adamw_step(*call[:-1], 0.0)
        return [weight * (1 - call[5] * call[-1]), m, v]

    assert_right(
        "adamw_step", *calls, parts=("new weight", "new m", "new v"), others=decayed_afterwards
    )


@stage("learning_rate")
@points(3)
def test_random_schedule(assert_right, rng):
    """Random rates and numbers of steps, before, in and after the cosine."""
    warmup, total = int(rng.integers(3, 9)), int(rng.integers(15, 40))
    largest = float(rng.uniform(1e-3, 0.1))
    steps = 1, warmup - 1, warmup, warmup + 2, (warmup + total) // 2, total - 1, total, total + 4
    calls = [(step, largest, largest * 0.15, warmup, total) for step in steps]
    assert_right("learning_rate", *calls, name="rate")
