"""Attention: who looks at whom, and what each position takes from the others."""

import numpy as np

from grader.checks import as_floats, assert_close, assert_same, needs, points, stage

HEADED = ("batch", "head", "query", "key")
TIMED = ("batch", "time", "width")


@stage("attention_weights")
@points(2)
def test_scores(assert_right, probe):
    """Scores are divided by the square root of the head width, masked, and softmaxed over keys."""
    probes = {
        "the attention weights": probe,
        "the attention weights of other arrays": probe,
        "the attention weights of as many rows as heads": probe.sized(batch=2, n_heads=2),
        "the attention weights of 66 positions": probe.sized(
            batch=1, n_heads=1, head_width=3, time=66
        ),
        "the attention weights of one position": probe.sized(
            batch=1, n_heads=1, head_width=1, time=1
        ),
    }
    calls = {name: (sized.heads(), sized.heads()) for name, sized in probes.items()}
    assert_right("attention_weights", calls, axes=HEADED)


@stage("attention_weights")
@points(1)
def test_huge_scores(assert_right, probe):
    """Very large scores neither overflow nor leak through the mask."""
    huge = [probe.floats(2, 2, 5, 8, scale=20) for _ in range(2)]
    # Whole numbers and a root of 2: these scores are exact. The first query dislikes its own key.
    keys = np.round(probe.floats(1, 2, 3, 4, scale=30) * 10)
    queries = np.round(probe.floats(1, 2, 3, 4, scale=30) * 10)
    queries[:, :, 0] = -keys[:, :, 0]
    assert_right(
        "attention_weights",
        {"the attention weights": tuple(huge), "the weights of huge scores": (queries, keys)},
        axes=HEADED,
        tolerance=2e-3,  # a score of 1000 in float32 is known to 6e-5, and softmax keeps that
    )


@stage("attention_weights")
@points(1)
def test_rows_sum_to_one(student, probe):
    """The weights of each query are not negative and sum to one over the keys."""
    queries, keys = probe.heads(), probe.heads()
    shape = (*queries.shape[:3], keys.shape[2])
    came = student.attention_weights(queries, keys)
    weights = as_floats(came, name="the attention weights", shape=shape, axes=HEADED)
    sums = weights.sum(-1)
    assert_close(sums, np.ones(shape[:3]), name="the row sums", axes=HEADED[:3])
    assert weights.min() >= 0, f"The smallest weight is {weights.min():.3g}."


@stage("attention_weights")
@points(1)
def test_causal(student, probe):
    """A query gives weight to itself and to every earlier position, and none to a later one."""
    queries, keys = probe.heads(), probe.heads()
    shape = (*queries.shape[:3], keys.shape[2])
    came = student.attention_weights(queries, keys)
    weights = as_floats(came, name="the attention weights", shape=shape, axes=HEADED)
    visible = np.tri(shape[-1], dtype=bool)
    later, earlier = weights[..., ~visible], weights[..., visible]
    assert np.abs(later).max() == 0, f"A later position gets the weight {np.abs(later).max():.3g}."
    assert earlier.min() > 0, "A position that the query may see gets no weight."


@stage("attention_weights")
@points(1)
@needs("scores")
def test_arguments_are_left_alone(assert_left_alone):
    """The queries and the keys that were handed in are not changed."""
    assert_left_alone("attention_weights")


def self_attention(student, x, weights, n_heads):
    """The student's output, if it is an array of floats of the right shape."""
    came = student.self_attention(x, weights, n_heads)
    return as_floats(came, name="the output", shape=x.shape, axes=TIMED)


@stage("self_attention")
@points(2)
def test_mixture(assert_right, probe):
    """Heads are split, mixed by the attention weights, joined and projected; every bias counts."""
    n_heads = probe.sizes.n_heads
    small = probe.sized(batch=3, time=4, n_heads=3, head_width=2)
    least = small.sized(batch=1, time=1)
    calls = {
        "the output": (probe.states(), probe.attention(), n_heads),
        "the output of one head": (probe.states(scale=0.5), probe.attention(), 1),
        "the output of as many rows as heads": (small.states(), small.attention(), 3),
        "the output of one position": (least.states(), least.attention(), 6),
        "the output of one position by other weights": (least.states(), least.attention(), 6),
    }
    assert_right("self_attention", calls, axes=TIMED)


@stage("self_attention")
@points(1)
def test_future_does_not_reach_the_past(student, probe):
    """Changing position 4 changes the output from there on, and no earlier position."""
    narrow = probe.sized(head_width=3)
    x, weights, n_heads = narrow.states(), narrow.attention(), narrow.sizes.n_heads
    changed = x.copy()
    changed[:, 4] += 1
    before = self_attention(student, x, weights, n_heads)
    after = self_attention(student, changed, weights, n_heads)
    assert_same(after[:, :4], before[:, :4], claim="A position before the changed one changed.")
    moved = np.abs(after - before).max(axis=(0, 2))
    assert moved[4:].min() > 1e-3, "A position from the changed one on did not change."


@stage("self_attention")
@points(1)
def test_batch_rows_are_independent(student, probe):
    """A batch of three gives for each row what the row gives alone, also with three heads."""
    three = probe.sized(batch=3, n_heads=3, head_width=2)
    x, weights = three.states(), three.attention()
    together = self_attention(student, x, weights, 3)
    assert np.abs(together[:, 1:] - together[:, :-1]).max() > 1e-3, "All positions are equal."
    alone = self_attention(student, x[2:], weights, 3)
    assert_same(together[2:], alone, claim="The last row differs when it is alone in the batch.")


@stage("self_attention")
@points(1)
@needs("mixture")
def test_inputs_are_left_alone(assert_left_alone):
    """The input and the weights that were handed in are not changed."""
    assert_left_alone("self_attention")
