"""Temperature, top-k and top-p, against `transformers` and against a search over all subsets."""

import itertools
import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from reference.decoder.distribution import next_token_distribution

# At a p that is a partial sum of the probabilities, rounding decides whether one token more is
# kept, so no test goes nearer to one than this, except where every number is exact in binary.
CLEARANCE = 1e-6

LOGITS = 3 * torch.randn(4, 37, generator=torch.Generator().manual_seed(7), dtype=torch.float64)


def clearance(probabilities, top_p):
    """The distance from p to the nearest mass of the n most probable tokens, over all n."""
    sums = probabilities.sort(dim=-1, descending=True).values.cumsum(-1)
    return (sums - top_p).abs().min().item()


def filtered_by_peer(logits, *, temperature, top_k, top_p):
    no_ids = torch.empty(len(logits), 0, dtype=torch.int64)
    logits = TemperatureLogitsWarper(temperature)(no_ids, logits)
    if top_k is not None:
        logits = TopKLogitsWarper(top_k)(no_ids, logits)
    if top_p is not None:
        assert clearance(logits.softmax(-1), top_p) > CLEARANCE
        logits = TopPLogitsWarper(top_p)(no_ids, logits)
    return logits.softmax(-1)


@pytest.mark.parametrize("temperature", [0.25, 0.7, 1.0, 3.0])
@pytest.mark.parametrize("top_k", [None, 1, 2, 5, 36, 37, 50])
@pytest.mark.parametrize("top_p", [None, 0.05, 0.3, 0.55, 0.8, 0.95])
def test_the_filtered_distribution_equals_the_peers(temperature, top_k, top_p):
    expected = filtered_by_peer(LOGITS, temperature=temperature, top_k=top_k, top_p=top_p)
    got = next_token_distribution(LOGITS, temperature, top_k, top_p)
    assert got.dtype == torch.float64
    assert torch.equal(got > 0, expected > 0)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(got.sum(-1), torch.ones(4, dtype=torch.float64))


def smallest_set(probabilities, top_p):
    """Of the smallest sets of tokens with mass p or more, the one with the greatest mass."""
    for size in range(1, len(probabilities) + 1):
        best = max(
            itertools.combinations(range(len(probabilities)), size),
            key=lambda tokens: math.fsum(probabilities[token] for token in tokens),
        )
        if math.fsum(probabilities[token] for token in best) >= top_p:
            return set(best)
    raise AssertionError("the whole vocabulary has less mass than p")


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(-4000, 4000), min_size=1, max_size=7, unique=True),
    st.floats(0.001, 0.999),
)
def test_top_p_keeps_the_smallest_set(thousandths, top_p):
    logits = torch.tensor([thousandths], dtype=torch.float64) / 1000
    probabilities = logits.softmax(-1)
    assume(clearance(probabilities, top_p) > CLEARANCE)
    kept = next_token_distribution(logits, 1.0, None, top_p)[0]
    expected = smallest_set(probabilities[0].tolist(), top_p)
    assert set(kept.nonzero().flatten().tolist()) == expected


def test_top_p_measures_what_top_k_left():
    probabilities = torch.tensor([[0.4, 0.1, 0.3, 0.2]], dtype=torch.float64)
    # Of the two that are left, the first has 4/7 of the mass: enough for 0.5, though 0.4 is not.
    kept = next_token_distribution(probabilities.log(), 1.0, 2, 0.5)
    assert kept.tolist() == [[1, 0, 0, 0]]


def test_temperature_comes_before_top_p():
    probabilities = torch.tensor([[0.1, 0.6, 0.3]], dtype=torch.float64)
    cold = next_token_distribution(probabilities.log(), 0.5, None, 0.75)
    hot = next_token_distribution(probabilities.log(), 1.0, None, 0.75)
    assert [(row > 0).sum().item() for row in (cold, hot)] == [1, 2]


def test_the_token_that_crosses_p_is_kept():
    probabilities = torch.tensor([[0.2, 0.5, 0.3]], dtype=torch.float64)
    kept = next_token_distribution(probabilities.log(), 1.0, None, 0.6)
    torch.testing.assert_close(kept, torch.tensor([[0, 0.625, 0.375]], dtype=torch.float64))


def test_a_mass_of_exactly_p_is_enough():
    quarters = torch.zeros(1, 4, dtype=torch.float64)
    assert next_token_distribution(quarters, 1.0, None, 0.5).tolist() == [[0.5, 0.5, 0, 0]]


@pytest.mark.parametrize(("top_k", "top_p"), [(None, None), (3, None), (None, 0.9), (3, 0.9)])
def test_temperature_zero_is_greedy_whatever_else_is_set(top_k, top_p):
    got = next_token_distribution(LOGITS, 0, top_k, top_p)
    one_hot = torch.nn.functional.one_hot(LOGITS.argmax(-1), 37).double()
    assert torch.equal(got, one_hot)


def test_filters_that_keep_all_change_nothing():
    torch.testing.assert_close(next_token_distribution(LOGITS, 1.0, 37, 1.0), LOGITS.softmax(-1))


def test_equal_tokens_are_kept_by_lower_id_and_no_more_than_asked():
    # A long row: short ones are sorted stably even where stability was not asked for.
    equal = torch.zeros(1, 1000, dtype=torch.float64)
    for kept in (
        next_token_distribution(equal, 1.0, 7, None),
        next_token_distribution(equal, 1.0, None, 0.0065),
    ):
        assert kept.nonzero()[:, 1].tolist() == list(range(7))


def test_rows_do_not_reach_each_other():
    together = next_token_distribution(LOGITS, 0.7, 5, 0.8)
    alone = [next_token_distribution(row[None], 0.7, 5, 0.8)[0] for row in LOGITS]
    assert torch.equal(together, torch.stack(alone))


def test_the_logits_are_not_changed():
    logits = LOGITS.clone()
    next_token_distribution(logits, 0.7, 5, 0.8)
    assert torch.equal(logits, LOGITS)
