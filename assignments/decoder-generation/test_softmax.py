"""Softmax: probabilities over the last axis."""

import numpy as np

from grader.checks import assert_close, assert_unchanged, needs, points, stage

pytestmark = stage("softmax")

AXES = ("row", "column", "entry")


@points(1)
def test_values(student, reference, probe):
    """Over the last axis: positive, summing to one, in the proportion of the exponentials."""
    logits = probe.floats(2, 3, 5, scale=2)
    assert_close(
        student.softmax(logits), reference.softmax(logits), name="the probabilities", axes=AXES
    )


@points(1)
def test_huge_logits(student, reference, probe):
    """Logits near +1000 in one row and near -1000 in the next give finite, right probabilities."""
    logits = probe.floats(2, 3, 5, scale=2)
    logits[:, 0] += 1000
    logits[:, 1] -= 1000
    assert_close(
        student.softmax(logits),
        reference.softmax(logits),
        name="the probabilities",
        axes=AXES,
        tolerance=1e-3,  # near 1000, a logarithm in float32 is known to 6e-5 only
    )


@points(1)
def test_masked_logits(student, reference, probe):
    """A logit of minus infinity gets probability 0; the others share the rest."""
    logits = probe.floats(4, 6)
    logits[0, 1:] = logits[1, ::2] = logits[3, -1] = -np.inf
    assert_close(
        student.softmax(logits),
        reference.softmax(logits),
        name="the probabilities",
        axes=("row", "entry"),
    )


@points(1)
@needs("values")
def test_arguments_are_left_alone(student, probe):
    """The array that was handed in is not changed."""
    logits = probe.floats(3, 5)
    assert_unchanged(student.observe("softmax", logits).arguments, [logits])
