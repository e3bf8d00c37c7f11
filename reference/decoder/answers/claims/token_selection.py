"""Claims about temperature, top-k, top-p and the draw."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import distribution, selection
from reference.decoder.answers.trials import wrong

DRAWS = 400
STAGE = "next_token_distribution."


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
def greedy_settings(seed: int, *, temperature: float = 1) -> Mapping[str, bool]:
    """Many tokens are drawn with each setting; is it the most probable one every time?

    zero: At temperature 0 all draws give the most probable token.
    one-k: With top-k and k = 1 all draws give the most probable token.
    full-p: With top-p and p = 1 all draws give the most probable token.
    one-t: At temperature 1 all draws give the most probable token.
    """
    logits = _logits(seed)
    best = int(logits.argmax())

    def always_best(heat: float, top_k: int | None, top_p: float | None) -> bool:
        chances = distribution.next_token_distribution(logits, heat, top_k, top_p)[0]
        return int(_drawn(chances, seed)[best]) == DRAWS

    return {
        "zero": always_best(0, None, None),
        "one-k": always_best(temperature, 1, None),
        "full-p": always_best(temperature, None, 1.0),
        "one-t": always_best(1, None, None),
    }


@claim
def temperature_two(
    seed: int, *, logits: Sequence[float] = (2, 0), temperature: float = 2
) -> Mapping[str, float]:
    """The probability of the first of two logits at this temperature."""
    row = torch.tensor([logits], dtype=torch.float64)
    settings = temperature, None, None
    names = ("temperature_multiplies", "temperature_on_probabilities", "temperature_twice")
    return {
        "answer": float(distribution.next_token_distribution(row, *settings)[0, 0]),
        **{STAGE + name: _first_share(wrong(STAGE + name)(row, *settings)) for name in names},
    }


def _first_share(chances: Tensor) -> float:
    """The first probability, once they add up to one."""
    return float(chances[0, 0] / chances[0].sum())


@claim
def hot(
    seed: int,
    *,
    tokens: int = 100,
    lowest: float = -10,
    highest: float = 10,
    temperature: float = 1000,
) -> Mapping[str, bool]:
    """Random logits between two limits, at this temperature and at 1.

    uniform: Every token has about the same probability, to a fiftieth of it.
    greedy: The most probable token has a probability above 0.9.
    unlikely: The least probable token has a probability above 0.9.
    unchanged: The distribution is that of temperature 1, to a tenth of its mass.
    """
    generator = torch.Generator().manual_seed(seed)
    spread = torch.rand(1, tokens, generator=generator, dtype=torch.float64)
    logits = lowest + (highest - lowest) * spread
    heated = distribution.next_token_distribution(logits, temperature, None, None)[0]
    plain = distribution.next_token_distribution(logits, 1, None, None)[0]
    return {
        "uniform": bool(((tokens * heated - 1).abs() <= 0.02).all()),
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
def nucleus_size(
    seed: int, *, chances: Sequence[float] = (0.40, 0.30, 0.25, 0.05), p: float = 0.9
) -> Mapping[str, float]:
    """How many of the tokens top-p leaves a probability."""
    logits = _from_probabilities(*chances)
    names = ("top_p_drops_crossing", "top_p_complement", "top_p_ignored")
    versions = {STAGE + name: wrong(STAGE + name) for name in names}
    versions["answer"] = distribution.next_token_distribution
    return {name: int((cut(logits, 1, None, p) > 0).sum()) for name, cut in versions.items()}


@claim
def top_k_then_top_p(
    seed: int,
    *,
    chances: Sequence[float] = (0.50, 0.20, 0.15, 0.10, 0.05),
    k: int = 3,
    p: float = 0.8,
) -> Mapping[str, float]:
    """The probability of the first token after both filters."""
    logits = _from_probabilities(*chances)
    names = ("top_p_without_renormalizing", "not_renormalized", "top_p_drops_crossing")
    versions = {STAGE + name: wrong(STAGE + name) for name in names}
    versions["answer"] = distribution.next_token_distribution
    return {name: float(cut(logits, 1, k, p)[0, 0]) for name, cut in versions.items()}


@prints(lambda chances, **_: {"first_and_last": [0, len(chances) - 1]})
@claim
def inverse_cdf(
    seed: int, *, chances: Sequence[float] = (0.1, 0.4, 0.3, 0.2), u: float = 0.75
) -> Mapping[str, float]:
    """The token that the given number selects."""
    given = torch.tensor(chances, dtype=torch.float64)
    names = ("always_argmax", "sorted_order", "exceeds_probability")
    traps = {f"select_token.{name}": wrong(f"select_token.{name}")(given, u) for name in names}
    return {"answer": selection.select_token(given, u), **traps}


def _nucleus_printed(*, p: float, chances: Sequence[float]) -> Mapping[str, list[float]]:
    """What the program of the stem makes of its input."""
    cut = wrong("next_token_distribution.top_p_drops_crossing")
    ids = [float(number) for number in range(len(chances))]
    return {"ids": ids, "after": cut(_from_probabilities(*chances), 1, None, p)[0].tolist()}


@prints(_nucleus_printed)
@claim
def wrong_nucleus(
    seed: int, *, p: float = 0.9, chances: Sequence[float] = (0.40, 0.30, 0.25, 0.05)
) -> Mapping[str, bool]:
    """Each option's version of the filter runs on the input shown: does the output come out?

    crossing: If the token that crosses the threshold is dropped, the output is the one shown.
    complement: If the threshold is 1 - p, the output is the one shown.
    sum: If the kept probabilities are not renormalized, the output is the one shown.
    nothing: If nothing is wrong, the output is the one shown.
    """
    logits = _from_probabilities(*chances)
    shown = torch.tensor(_nucleus_printed(p=p, chances=chances)["after"]).double()
    versions = {
        "crossing": wrong("next_token_distribution.top_p_drops_crossing"),
        "complement": wrong("next_token_distribution.top_p_complement"),
        "sum": wrong("next_token_distribution.not_renormalized"),
        "nothing": distribution.next_token_distribution,
    }
    return {
        option: bool(((version(logits, 1, None, p)[0] - shown).abs() < 0.0006).all())
        for option, version in versions.items()
    }
