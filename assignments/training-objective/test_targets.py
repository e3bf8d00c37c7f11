"""Batches, shifted targets, and the targets that count."""

import numpy as np
import pytest

from grader.checks import needs, points, stage

PAIR = ("inputs", "targets")


@stage("batch_at")
@points(2)
def test_rows(assert_right, probe):
    """Row b holds the C tokens from start b on, and its targets the token after each of them."""
    data, other = probe.ids(60), probe.ids(60)
    calls = (data, [31, 4, 17], 5), (data, [22, 40, 8], 5), (other, [22, 40, 8], 5), (data, [9], 3)
    assert_right("batch_at", *calls, parts=PAIR)


@stage("batch_at")
@points(1)
def test_ends_of_the_text(assert_right, probe):
    """Rows may begin at the first token, and end so that the last token is the last target."""
    data, short = probe.ids(20), probe.ids(7)
    calls = (data, [12, 0, 6, 2], 7), (data, [18, 3, 18], 1), (short, [0], 6)
    assert_right("batch_at", *calls, parts=PAIR)


@stage("shift_targets")
@points(2)
def test_shift(assert_right, probe):
    """The inputs are all tokens but the last, the targets all but the first: two (B, T-1)."""
    sizes = probe.sizes
    calls = (probe.ids(sizes.batch, sizes.time),), (probe.ids(5, 4),), (probe.ids(5, 4),)
    assert_right("shift_targets", *calls, parts=PAIR)


@stage("shift_targets")
@points(1)
def test_shortest(assert_right, probe):
    """It works for one row, and for two tokens a row, which leave one input and one target."""
    calls = (probe.ids(1, 6),), (probe.ids(3, 2),), (probe.ids(1, 2),)
    assert_right("shift_targets", *calls, parts=PAIR)


@stage("shift_targets")
@points(1)
@needs("shift")
def test_token_ids_are_left_alone(assert_left_alone, probe):
    """The token ids that were handed in are not changed."""
    assert_left_alone("shift_targets", (probe.ids(2, 5),), (probe.ids(1, 3),))


@pytest.fixture
def assert_masked(assert_right):
    def judge(*calls):
        assert_right("mask_targets", *calls, name="targets")

    return judge


@stage("mask_targets")
@points(2)
def test_prompts(assert_masked, probe):
    """A target that is a token of the prompt is ignored; the first one of the answer counts."""
    one, another, small = probe.ids(3, 7), probe.ids(3, 7), probe.ids(2, 4)
    full = [8, 8, 8]
    assert_masked(
        (one, [3, 1, 6], full, -100),
        (one, [2, 5, 1], full, -100),
        (another, [2, 5, 1], full, -100),
        (small, [1, 4], [5, 5], -100),
    )


@stage("mask_targets")
@points(2)
def test_padding(assert_masked, probe):
    """A target that is padding is ignored; the last token of the sequence counts."""
    one, other = probe.ids(3, 6), probe.ids(4, 5)
    one[1, 3:], one[2, 1:] = 0, probe.sizes.vocabulary - 1  # padding may be any token
    assert_masked(
        (one, [1, 1, 1], [7, 4, 2], -100),
        (one, [1, 1, 1], [5, 7, 3], -100),
        (other, [1] * 4, [3, 6, 5, 4], -100),
    )


@stage("mask_targets")
@points(1)
def test_any_number_marks_what_is_ignored(assert_masked, probe):
    """What is ignored is marked by ignore_index, whatever it is; a text may have token 0."""
    one, other = probe.ids(2, 6), probe.ids(1, 5)
    one[:, 3] = 0
    assert_masked((one, [2, 3], [6, 7], -1), (one, [2, 3], [6, 7], -5), (other, [2], [4], -7))


@stage("mask_targets")
@points(1)
@needs("prompts")
def test_targets_are_left_alone(assert_left_alone, probe):
    """The targets that were handed in are not changed."""
    calls = (probe.ids(2, 5), [2, 1], [6, 4], -100), (np.array(probe.ids(1, 3)), [2], [3], -1)
    assert_left_alone("mask_targets", *calls)
