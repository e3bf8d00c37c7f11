"""Softmax: probabilities over the last axis."""

import numpy as np

from grader.checks import needs, points, stage

pytestmark = stage("softmax")

AXES = ("layer", "row", "column", "entry")


@points(1)
def test_values(assert_right, probe):
    """Over the last axis: positive, summing to one, in the proportion of the exponentials."""
    shapes = {
        "the probabilities": (2, 3, 5),
        "the probabilities of one vector": (probe.sizes.vocabulary,),
        "the probabilities of four axes": (1, 3, 1, 4),
        "the probabilities of one entry": (1,),
    }
    calls = {name: (probe.floats(*shape, scale=2),) for name, shape in shapes.items()}
    assert_right("softmax", calls, axes=AXES)


@points(1)
def test_huge_logits(assert_right, probe):
    """Logits near +1000 in one row and near -1000 in the next give finite, right probabilities."""
    logits = probe.floats(2, 3, 5, scale=2)
    logits[:, 0] += 1000
    logits[:, 1] -= 1000
    calls = {"the probabilities": (logits,)}
    # Near 1000, a logarithm in float32 is known to 6e-5 only.
    assert_right("softmax", calls, axes=AXES, tolerance=1e-3)


@points(1)
def test_masked_logits(assert_right, probe):
    """A logit of minus infinity gets probability 0, and exactly 0; the others share the rest."""
    logits = probe.floats(4, 6)
    logits[0, 1:] = logits[1, ::2] = logits[3, -1] = -np.inf
    assert_right(
        "softmax",
        {"the probabilities": (logits,)},
        axes=AXES,
        zeros="A logit of minus infinity gets a probability that is not exactly 0.",
    )


@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone):
    """The array that was handed in is not changed."""
    assert_left_alone("softmax")
