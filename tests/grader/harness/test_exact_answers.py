"""Answers of booleans and whole numbers: what is accepted, and the sentence about the rest."""

import numpy as np
import pytest

from grader.harness.comparison import Mismatch
from grader.harness.exact_answers import assert_equal

MASK = np.array([[True, True, False], [True, True, True]])
AXES = ("new position", "position")


def refused(came, expected=MASK):
    with pytest.raises(Mismatch) as raised:
        assert_equal(came, expected, name="the mask", axes=AXES)
    assert raised.value.answer is came
    return str(raised.value), raised.value.discreet


def test_what_is_equal_is_accepted():
    assert_equal(MASK.copy(), MASK, name="the mask")
    assert_equal(np.arange(3, dtype=np.int32), np.arange(3), name="the positions")


def test_the_first_wrong_entry_is_told_by_its_axes():
    came = MASK.copy()
    came[1, 0] = False
    said, discreet = refused(came)
    assert said == (
        "The mask: 1 of 6 entries are wrong, the first at new position 1, position 0: False came, "
        "True is expected."
    )
    assert discreet == "The mask: entries are wrong."


@pytest.mark.parametrize("came", [MASK.astype(float), MASK.astype(int), MASK.tolist(), None])
def test_another_kind_is_not_taken_for_booleans(came):
    said, discreet = refused(came)
    assert said.endswith("an array of booleans is expected.")
    assert discreet == "The mask: an array of booleans is expected."


def test_another_shape_is_told_with_the_names_of_the_axes():
    said, discreet = refused(MASK[:, :2])
    assert said == ("The mask: shape (2, 2) came; (2, 3) (new position, position) is expected.")
    assert discreet == "The mask: the shape is wrong."
