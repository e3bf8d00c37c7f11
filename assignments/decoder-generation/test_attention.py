"""Attention: who looks at whom, and what each position takes from the others."""

import numpy as np

from grader.checks import (
    as_floats,
    assert_close,
    assert_same,
    assert_unchanged,
    needs,
    points,
    stage,
)

HEADED = ("batch", "head", "query", "key")
TIMED = ("batch", "time", "width")


@stage("attention_weights")
@points(2)
def test_scores(student, reference, probe):
    """Scores are divided by the square root of the head width, masked, and softmaxed over keys."""
    queries, keys = probe.heads(), probe.heads()
    assert_close(
        student.attention_weights(queries, keys),
        reference.attention_weights(queries, keys),
        name="the attention weights",
        axes=HEADED,
    )


@stage("attention_weights")
@points(1)
def test_huge_scores(student, reference, probe):
    """Very large scores neither overflow nor leak through the mask."""
    queries, keys = probe.floats(2, 3, 7, 8, scale=20), probe.floats(2, 3, 7, 8, scale=20)
    assert_close(
        student.attention_weights(queries, keys),
        reference.attention_weights(queries, keys),
        name="the attention weights",
        axes=HEADED,
        tolerance=2e-3,  # a score of 1000 in float32 is known to 6e-5, and softmax keeps that
    )


@stage("attention_weights")
@points(1)
def test_rows_sum_to_one(student, probe):
    """The weights of each query are not negative and sum to one over the keys."""
    came = student.attention_weights(probe.heads(), probe.heads())
    weights = as_floats(came, name="the attention weights", shape=(2, 3, 7, 7), axes=HEADED)
    sums = weights.sum(-1)
    assert_close(sums, np.ones((2, 3, 7)), name="the row sums", axes=HEADED[:3])
    assert weights.min() >= 0, f"The smallest weight is {weights.min():.3g}."


@stage("attention_weights")
@points(1)
def test_causal(student, probe):
    """A query gives weight to itself and to every earlier position, and none to a later one."""
    came = student.attention_weights(probe.heads(), probe.heads())
    weights = as_floats(came, name="the attention weights", shape=(2, 3, 7, 7), axes=HEADED)
    later = weights[..., ~np.tri(7, dtype=bool)]
    earlier = weights[..., np.tri(7, dtype=bool)]
    assert np.abs(later).max() == 0, f"A later position gets the weight {np.abs(later).max():.3g}."
    assert earlier.min() > 0, "A position that the query may see gets no weight."


@stage("attention_weights")
@points(1)
@needs("scores")
def test_arguments_are_left_alone(student, probe):
    """The queries and the keys that were handed in are not changed."""
    arguments = [probe.heads(), probe.heads()]
    assert_unchanged(student.observe("attention_weights", *arguments).arguments, arguments)


def self_attention(student, x, weights):
    """The student's output, if it is an array of floats of the right shape."""
    came = student.self_attention(x, weights, 3)
    return as_floats(came, name="the output", shape=x.shape, axes=TIMED)


@stage("self_attention")
@points(2)
def test_mixture(student, reference, probe):
    """Heads are split, mixed by the attention weights, joined and projected; every bias counts."""
    x, weights = probe.states(), probe.attention()
    assert_close(
        student.self_attention(x, weights, 3),
        reference.self_attention(x, weights, 3),
        name="the output",
        axes=TIMED,
    )


@stage("self_attention")
@points(1)
def test_future_does_not_reach_the_past(student, probe):
    """Changing position 4 changes the output from there on, and no earlier position."""
    x, weights = probe.states(), probe.attention()
    changed = x.copy()
    changed[:, 4] += 1
    before = self_attention(student, x, weights)
    after = self_attention(student, changed, weights)
    assert_same(after[:, :4], before[:, :4], claim="A position before the changed one changed.")
    moved = np.abs(after - before).max(axis=(0, 2))
    assert moved[4:].min() > 1e-3, "A position from the changed one on did not change."


@stage("self_attention")
@points(1)
def test_batch_rows_are_independent(student, probe):
    """A batch of three gives for each row what the row gives alone, also with three heads."""
    x, weights = probe.states(batch=3), probe.attention()
    together = self_attention(student, x, weights)
    assert np.abs(together[:, 1:] - together[:, :-1]).max() > 1e-3, "All positions are equal."
    for row in range(3):
        alone = self_attention(student, x[row : row + 1], weights)
        assert_same(
            together[row : row + 1],
            alone,
            claim=f"Row {row} differs when it is alone in the batch.",
        )


@stage("self_attention")
@points(1)
@needs("mixture")
def test_inputs_are_left_alone(student, probe):
    """The input and the weights that were handed in are not changed."""
    arguments = [probe.states(), probe.attention(), 3]
    assert_unchanged(student.observe("self_attention", *arguments).arguments, arguments)
