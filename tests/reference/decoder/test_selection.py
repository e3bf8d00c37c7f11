import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.decoder.selection import select_token

JUST_BELOW_ONE = 1 - 2**-53


def float64(values):
    return torch.tensor(values, dtype=torch.float64)


def test_without_a_number_the_most_probable_token_is_selected():
    assert select_token(float64([0.1, 0.2, 0.4, 0.3])) == 2
    assert select_token(float64([0.2, 0.4, 0.4])) == 1


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=8).filter(any))
def test_the_middle_of_each_tokens_interval_selects_that_token(parts):
    distribution = float64(parts) / sum(parts)
    for token, part in enumerate(parts):
        if part:
            middle = (sum(parts[:token]) + part / 2) / sum(parts)
            assert select_token(distribution, middle) == token


def test_evenly_spread_numbers_select_in_proportion():
    distribution = float64([0.05, 0.5, 0.0, 0.2, 0.25])
    count = 2000
    selected = [select_token(distribution, (i + 0.5) / count) for i in range(count)]
    assert [selected.count(token) for token in range(5)] == [100, 1000, 0, 400, 500]


@pytest.mark.parametrize(("u", "token"), [(0.0, 1), (0.25, 3), (0.5, 4), (JUST_BELOW_ONE, 4)])
def test_at_the_edge_of_an_interval_the_next_token_begins(u, token):
    assert select_token(float64([0, 0.25, 0, 0.25, 0.5, 0]), u) == token


def test_rounding_below_one_selects_the_last_possible_token():
    tenths = float64([0.1] * 10 + [0.0])
    assert tenths.cumsum(-1)[-1] <= JUST_BELOW_ONE
    assert select_token(tenths, JUST_BELOW_ONE) == 9


def test_the_result_is_a_plain_int():
    assert type(select_token(float64([0.5, 0.5]))) is int
    assert type(select_token(float64([0.5, 0.5]), 0.7)) is int
