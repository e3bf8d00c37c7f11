import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.decoder.softmax import softmax

rows = st.lists(st.floats(-50, 50), min_size=1, max_size=9)


def float64(values):
    return torch.tensor(values, dtype=torch.float64)


@settings(deadline=None)
@given(rows)
def test_a_row_sums_to_one_and_holds_the_ratios_of_the_exponentials(row):
    probabilities = softmax(float64(row))
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-12)
    total = math.fsum(math.exp(score) for score in row)
    expected = [math.exp(score) / total for score in row]
    assert probabilities.tolist() == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(rows, st.floats(-1000, 1000))
def test_a_constant_added_to_a_row_changes_nothing(row, shift):
    torch.testing.assert_close(
        softmax(float64(row) + shift), softmax(float64(row)), rtol=1e-9, atol=0
    )


def test_huge_scores_do_not_overflow():
    expected = softmax(float64([0, 1, 2]))
    for base in (1e5, -1e5):
        torch.testing.assert_close(softmax(float64([base, base + 1, base + 2])), expected)
    assert softmax(float64([1e308, -1e308])).tolist() == [1, 0]


def test_minus_infinity_gets_exactly_zero():
    assert softmax(float64([[0, -math.inf, 0], [-math.inf, 5, -math.inf]])).tolist() == [
        [0.5, 0, 0.5],
        [0, 1, 0],
    ]


def test_only_the_last_axis_is_normalized():
    scores = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(softmax(scores), scores.softmax(-1))
