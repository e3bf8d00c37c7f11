"""Claims about temperature, top-k, top-p and the draw."""

from collections.abc import Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import distribution, selection
from reference.decoder.answers.trials import wrong

DRAWS = 400


def _logits(seed: int, size: int = 12) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.randn(1, size, generator=generator, dtype=torch.float64)


def _from_probabilities(*probabilities: float) -> Tensor:
    """Logits (1, V) whose softmax gives these probabilities."""
    return torch.tensor([probabilities], dtype=torch.float64).log()


def _drawn(probabilities: Tensor, seed: int) -> Tensor:
    """How often each token comes in many draws, (V,)."""
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.rand(DRAWS, generator=generator, dtype=torch.float64).tolist()
    tokens = torch.tensor([selection.select_token(probabilities, u) for u in numbers])
    return tokens.bincount(minlength=len(probabilities))


@claim
def greedy_settings(seed: int) -> Mapping[str, bool]:
    """Many tokens are drawn with each setting; is it the most probable one every time?"""
    logits = _logits(seed)
    best = int(logits.argmax())

    def always_best(temperature: float, top_k: int | None, top_p: float | None) -> bool:
        chances = distribution.next_token_distribution(logits, temperature, top_k, top_p)[0]
        return int(_drawn(chances, seed)[best]) == DRAWS

    return {
        "zero": always_best(0, None, None),
        "one-k": always_best(1, 1, None),
        "full-p": always_best(1, None, 1.0),
        "one-t": always_best(1, None, None),
    }


@claim
def temperature_two(seed: int) -> float:
    """The distribution of two logits at temperature 2."""
    logits = torch.tensor([[2.0, 0.0]], dtype=torch.float64)
    return float(distribution.next_token_distribution(logits, 2, None, None)[0, 0])


@claim
def hot(seed: int) -> Mapping[str, bool]:
    """Logits between -10 and 10 at temperature 1000 and at 1."""
    generator = torch.Generator().manual_seed(seed)
    logits = 20 * torch.rand(1, 100, generator=generator, dtype=torch.float64) - 10
    heated = distribution.next_token_distribution(logits, 1000, None, None)[0]
    plain = distribution.next_token_distribution(logits, 1, None, None)[0]
    return {
        "uniform": bool(((heated - 0.01).abs() <= 0.0002).all()),
        "greedy": float(heated[logits[0].argmax()]) > 0.9,
        "unlikely": float(heated[logits[0].argmin()]) > 0.9,
        "unchanged": float((heated - plain).abs().sum() / 2) < 0.1,
    }


@claim
def temperature_and_top_p(seed: int) -> bool:
    """One distribution with the temperature before top-p, and one with it after."""
    logits = _logits(seed)
    before = distribution.next_token_distribution(logits, 2, None, 0.8)
    after = wrong("next_token_distribution.temperature_after_top_p")(logits, 2, None, 0.8)
    return same(before, after)


@claim
def nucleus_size(seed: int) -> float:
    """How many of the four tokens top-p leaves a probability."""
    logits = _from_probabilities(0.40, 0.30, 0.25, 0.05)
    return int((distribution.next_token_distribution(logits, 1, None, 0.9) > 0).sum())


@claim
def top_k_then_top_p(seed: int) -> float:
    """The probability of the first of five tokens after both filters."""
    logits = _from_probabilities(0.50, 0.20, 0.15, 0.10, 0.05)
    return float(distribution.next_token_distribution(logits, 1, 3, 0.8)[0, 0])


@claim
def inverse_cdf(seed: int) -> float:
    """The token that the given number selects."""
    return selection.select_token(torch.tensor([0.1, 0.4, 0.3, 0.2], dtype=torch.float64), 0.75)


@claim
def wrong_nucleus(seed: int) -> Mapping[str, bool]:
    """Each option's version of the filter runs on the input shown: does the output come out?"""
    logits = _from_probabilities(0.40, 0.30, 0.25, 0.05)
    shown = torch.tensor([0.571, 0.429, 0, 0], dtype=torch.float64)
    versions = {
        "crossing": wrong("next_token_distribution.top_p_drops_crossing"),
        "complement": wrong("next_token_distribution.top_p_complement"),
        "sum": wrong("next_token_distribution.not_renormalized"),
        "nothing": distribution.next_token_distribution,
    }
    return {
        option: bool(((version(logits, 1, None, 0.9)[0] - shown).abs() < 0.0006).all())
        for option, version in versions.items()
    }
