"""Distributions come out exactly, and a search with enough beams finds the best text."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from reference.sampling_and_search.beams import beam_search, beam_step
from reference.sampling_and_search.filters import min_p, repetition_penalty
from reference.sampling_and_search.speculation import acceptance, residual, speculative_step


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_accepted_and_replaced_tokens_have_the_targets_distribution(rng):
    for _ in range(5):
        target, draft = rng.dirichlet(np.ones(6), size=2)
        accepted = draft * acceptance(target, draft)
        replaced = (1 - accepted.sum()) * residual(target, draft)
        np.testing.assert_allclose(accepted + replaced, target, atol=1e-15)


def test_a_draft_that_is_the_target_is_never_rejected(rng):
    same = rng.dirichlet(np.ones(5))
    assert (acceptance(same, same) == 1).all()
    assert (residual(same, same) == same).all()


def test_a_round_is_that_of_the_handout():
    targets, drafts = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]]), np.array([[0.4, 0.4, 0.2]])
    assert speculative_step(targets, drafts, [1], [0.7], 0.5) == [1, 2]
    assert speculative_step(targets, drafts, [1], [0.8], 0.5) == [0]


def test_filters_are_those_of_the_handout():
    kept = min_p(np.array([[0.5, 0.3, 0.15, 0.05]]), 0.25)
    np.testing.assert_allclose(kept, [[0.5263, 0.3158, 0.1579, 0]], atol=1e-4)
    assert repetition_penalty(np.array([2, -1, 0.5]), [1, 0, 1], 2).tolist() == [1, -2, 0.5]


def test_a_step_is_that_of_the_handout():
    scores, rows = np.array([-1.0, -2]), np.array([[-0.5, -1.5, -3], [-0.2, -2, -4]])
    for finished, tokens, best in ((False, [0, 0], -2.2), (True, [0, 2], -2)):
        step = beam_step(scores, rows, np.array([False, finished]), 2, 2)
        assert [part.tolist() for part in step] == [[0, 1], tokens, [-1.5, best], [False, finished]]


def model(seed, vocabulary):
    def log_probs(sequences):
        logits = [np.random.default_rng([seed, *ids]).normal(size=vocabulary) for ids in sequences]
        return np.array([row - np.log(np.exp(row).sum()) for row in logits])

    return SimpleNamespace(log_probs=log_probs)


@pytest.mark.parametrize("seed", range(4))
def test_with_as_many_beams_as_texts_the_search_is_exhaustive(seed):
    vocabulary, n = 4, 3
    stages = model(seed, vocabulary)

    def score(text):
        return sum(stages.log_probs([[1, *text[:k]]])[0][t] for k, t in enumerate(text))

    best = max(itertools.product(range(vocabulary), repeat=n), key=score)
    assert beam_search([1], stages, vocabulary**n, n, 99, 1.0) == list(best)


def test_one_beam_is_greedy():
    stages = model(3, 7)
    text = []
    for _ in range(5):
        text.append(int(stages.log_probs([[2, *text]])[0].argmax()))
    assert beam_search([2], stages, 1, 5, 99, 0.5) == text


def test_more_beams_than_one_can_find_a_better_text():
    def score(text, stages):
        return sum(stages.log_probs([[2, *text[:k]]])[0][t] for k, t in enumerate(text))

    gains = []
    for seed in range(20):
        stages = model(seed, 7)
        greedy, wide = (beam_search([2], stages, n, 4, 99, 0.0) for n in (1, 5))
        gains.append(score(wide, stages) - score(greedy, stages))
    assert max(gains) > 0.1
