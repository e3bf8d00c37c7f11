"""The causal mask and the positions of new tokens that come after cached ones."""

import numpy as np

from grader.checks import as_tokens, assert_equal, points, stage

MASK = ("new position", "position")


def mask(n_past, n_new):
    """Row t sees the cache, and the new positions up to t."""
    return np.tri(n_new, n_past + n_new, n_past, dtype=bool)


@stage("visible")
@points(1)
def test_first_pass(student):
    """Without a cache the mask is the causal mask: each position sees itself and earlier ones."""
    for n_new in (4, 1):
        came = student.visible(0, n_new)
        assert_equal(came, mask(0, n_new), name="the mask without a cache", axes=MASK)


@stage("visible")
@points(1)
def test_one_new_token(student):
    """One new token sees everything: the whole cache and itself."""
    for n_past in (6, 1):
        came = student.visible(n_past, 1)
        assert_equal(came, mask(n_past, 1), name="the mask of one new token", axes=MASK)


@stage("visible")
@points(2)
def test_several_new_tokens(student):
    """Each of several new tokens sees the whole cache, and of the new ones none after itself."""
    for n_past, n_new in ((5, 3), (2, 6)):
        came = student.visible(n_past, n_new)
        assert_equal(came, mask(n_past, n_new), name="the mask", axes=MASK)


@stage("position_ids")
@points(2)
def test_positions(student):
    """Positions count from 0 in a first pass, and go on where the cache ends in later ones."""
    for n_past, n_new in ((0, 5), (5, 1), (4, 3), (0, 1)):
        came = as_tokens(student.position_ids(n_past, n_new), name="the positions")
        assert came == list(range(n_past, n_past + n_new)), (
            f"With {n_past} cached positions and {n_new} new tokens, {came} came; "
            f"{list(range(n_past, n_past + n_new))} is expected."
        )
