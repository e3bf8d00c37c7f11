"""Claims about ties, seeds, min-p and penalties."""

import random
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import distribution, selection, softmax
from reference.decoder.answers.table_model import numbers, random_table

ROW = (1.5, 3.0, 0.5, 3.0)


def _at(logits: Sequence[float], temperature: float) -> Tensor:
    row = torch.tensor([logits], dtype=torch.float64)
    return distribution.next_token_distribution(row, temperature, None, None)[0]


@claim
def tie_when_cold(
    seed: int, *, logits: Sequence[float] = ROW, temperature: float = 0.01, asked: int = 1
) -> Mapping[str, float]:
    """The probability of one of two equal largest logits, at a temperature just above 0."""
    return {
        "answer": float(_at(logits, temperature)[asked]),
        "temperature.cold_breaks_ties": float(_at(logits, 0)[asked]),
        "temperature.cold_is_uniform": 1 / len(logits),
        "next_token_distribution.temperature_on_probabilities": float(_at(logits, 1)[asked]),
    }


@prints(lambda logits, **_: {"first_and_last": [0, len(logits) - 1]})
@claim
def tie_at_zero(
    seed: int, *, logits: Sequence[float] = ROW, temperature: float = 0, draws: int = 1000
) -> Mapping[str, bool]:
    """Many draws at temperature 0 from logits with a tie, which the lowest id wins.

    lowest: All draws give id 1, the lower one of the ids 1 and 3 with the largest logit.
    half: At least a tenth of the draws give id 1, and at least a tenth give id 3.
    highest: All draws give id 3, the higher one of the ids with the largest logit.
    undefined: The division by 0 leaves an entry that is no number, so that nothing can be drawn.
    """
    chances = _at(logits, temperature)
    found = [selection.select_token(chances, u) for u in numbers(seed, draws)]
    share = {token: found.count(token) / draws for token in range(len(logits))}
    return {
        "lowest": share[1] == 1,
        "half": share[1] >= 0.1 and share[3] >= 0.1,
        "highest": share[3] == 1,
        "undefined": bool(chances.isnan().any()),
    }


@claim
def cold_settings(seed: int, *, temperature: float = 0) -> Mapping[str, bool]:
    """Random logits without ties, changed in four ways: is the token of temperature 0 the same?

    double: The doubled logits have the same token at temperature 0.
    shift: The logits with 5 added to each have the same token at temperature 0.
    negate: The logits with their signs changed have the same token at temperature 0.
    absolute: The absolute values of the logits have the same token at temperature 0.
    """
    logits = 2 * torch.randn(8, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)

    def token(changed: Tensor) -> int:
        return int(_at(changed.tolist(), temperature).argmax())

    best = token(logits)
    return {
        "double": token(2 * logits) == best,
        "shift": token(logits + 5) == best,
        "negate": token(-logits) == best,
        "absolute": token(logits.abs()) == best,
    }


def _drawn(table: Sequence[Sequence[float]], draws: Iterator[float], count: int = 30) -> list[int]:
    """So many tokens, each drawn from the row of the one before."""
    token, tokens = 0, []
    for _ in range(count):
        token = selection.select_token(torch.tensor(table[token]), next(draws))
        tokens.append(token)
    return tokens


def _generator(seed: int, skip: int = 0) -> Iterator[float]:
    draw = random.Random(seed)  # noqa: S311
    for _ in range(skip):
        draw.random()
    while True:
        yield draw.random()


@claim
def what_a_seed_fixes(seed: int, *, tokens: int = 30) -> Mapping[str, bool]:
    """So many tokens are drawn from a random model, again and again.

    same: A second run with the same generator seed gives the same tokens.
    greedy: Greedy runs give the same tokens, whichever seed the generator has.
    temperature: A run with the same seed at temperature 2 gives the same tokens.
    skipped: A run with the same seed, but one number drawn before its first token, gives the same
        tokens.
    """
    table = random_table(seed)
    logits = torch.tensor(table, dtype=torch.float64).log().tolist()
    hot, cold = ([_at(row, heat).tolist() for row in logits] for heat in (2, 0))
    first = _drawn(table, _generator(seed), tokens)
    greedy = [_drawn(cold, _generator(start), tokens) for start in range(seed, seed + 5)]
    return {
        "same": _drawn(table, _generator(seed), tokens) == first,
        "greedy": all(each == greedy[0] for each in greedy),
        "temperature": _drawn(hot, _generator(seed), tokens) == first,
        "skipped": _drawn(table, _generator(seed, skip=1), tokens) == first,
    }


@claim
def seed_before_each_draw(seed: int, *, tokens: int = 12) -> Mapping[str, bool]:
    """Tokens are drawn from one distribution; the generator is seeded before each draw.

    equal: All tokens of a run are equal, and runs with other seeds can give another token.
    greedy: The tokens of each run are the most probable one.
    vary: The tokens of a run differ, as often as those of a generator that is seeded once.
    order: The tokens of a run come in the order of their ids.
    """
    draw = torch.Generator().manual_seed(seed)
    chances = softmax.softmax(torch.randn(5, generator=draw, dtype=torch.float64) / 2)
    runs = [
        [selection.select_token(chances, numbers(start, 1)[0]) for _ in range(tokens)]
        for start in range(20)
    ]
    once = [[selection.select_token(chances, u) for u in numbers(s, tokens)] for s in range(20)]
    kinds = [len(set(run)) for run in runs]
    return {
        "equal": set(kinds) == {1} and len({run[0] for run in runs}) > 1,
        "greedy": all(set(run) == {int(chances.argmax())} for run in runs),
        "vary": sum(kinds) >= sum(len(set(run)) for run in once),
        "order": all(list(range(len(set(run)))) == run[: len(set(run))] for run in runs),
    }


def _min_p(chances: Tensor, share: float) -> Tensor:
    """Tokens below this share of the largest probability go, and the rest is renormalized."""
    kept = torch.where(chances >= share * chances.max(), chances, 0)
    return kept / kept.sum()


CHANCES = (0.50, 0.25, 0.15, 0.06, 0.04)


@claim
def min_p_keeps(
    seed: int, *, chances: Sequence[float] = CHANCES, share: float = 0.2
) -> Mapping[str, float]:
    """How many tokens min-p leaves a probability."""
    row = torch.tensor(chances, dtype=torch.float64)
    nucleus = distribution.next_token_distribution(row.log()[None], 1, None, share)[0]
    return {
        "answer": int((_min_p(row, share) > 0).sum()),
        "min_p.absolute": int((row >= share).sum()),
        "min_p.is_top_p": int((nucleus > 0).sum()),
    }


@claim
def min_p_first(
    seed: int, *, chances: Sequence[float] = (0.40, 0.30, 0.16, 0.10, 0.04), share: float = 0.3
) -> Mapping[str, float]:
    """The probability of the first token after min-p."""
    row = torch.tensor(chances, dtype=torch.float64)
    nucleus = distribution.next_token_distribution(row.log()[None], 1, None, share)[0]
    return {
        "answer": float(_min_p(row, share)[0]),
        "next_token_distribution.not_renormalized": float(row[0]),
        "min_p.is_top_p": float(nucleus[0]),
        "min_p.absolute": float(row[0] / row[row >= share].sum()),
    }


@claim
def min_p_flat_and_peaked(seed: int, *, hot: float = 3, plain: float = 1) -> Mapping[str, bool]:
    """Random distributions and the same ones at a higher temperature, cut alike.

    adapts: At the higher temperature min-p keeps as many tokens or more, and top-k as many.
    opposite: At the higher temperature min-p keeps fewer tokens, and top-k as many.
    fixed: At the higher temperature both keep as many tokens as before.
    top: At the higher temperature min-p keeps as many tokens, and top-k more.
    """
    draw = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(1, 12, generator=draw, dtype=torch.float64)
    kept = [
        int((_min_p(softmax.softmax(logits[0] / heat), 0.2) > 0).sum()) for heat in (plain, hot)
    ]
    top = [
        int((distribution.next_token_distribution(logits, heat, 3, None) > 0).sum())
        for heat in (plain, hot)
    ]
    return {
        "adapts": kept[1] >= kept[0] and top[0] == top[1],
        "opposite": kept[1] < kept[0] and top[0] == top[1],
        "fixed": kept[1] == kept[0] and top[0] == top[1],
        "top": kept[1] == kept[0] and top[1] > top[0],
    }


def _penalized(logit: float, penalty: float) -> float:
    """Repetition penalty: a positive logit is divided by it, and a negative one multiplied."""
    return logit / penalty if logit > 0 else logit * penalty


@claim
def repetition_penalty(
    seed: int, *, penalty: float = 2, logits: Sequence[float] = (3.0, -1.5, 0.5)
) -> Mapping[str, float]:
    """The second logit after a repetition penalty; its token was generated before."""
    given = logits[1]
    return {
        "answer": _penalized(given, penalty),
        "penalty.divides_every_logit": given / penalty,
        "penalty.is_subtracted": given - penalty,
        "penalty.leaves_negative_logits": given,
    }


@claim
def counting_penalties(
    seed: int, *, logit: float = 2.0, times: int = 3, frequency: float = 0.4, presence: float = 0.5
) -> Mapping[str, float]:
    """A logit after a frequency penalty for each occurrence and a presence penalty once."""
    seen = times > 0
    return {
        "answer": logit - times * frequency - seen * presence,
        "penalty.frequency_counts_once": logit - seen * frequency - seen * presence,
        "penalty.presence_counts_each": logit - times * (frequency + presence),
        "penalty.frequency_is_all": logit - times * frequency,
    }


@claim
def penalty_and_greedy(seed: int) -> Mapping[str, bool]:
    """Random logits; the most probable token is penalized, as if it had been generated before.

    may: The most probable token is another one than before.
    never: The most probable token is the same as before.
    removed: The probability of the penalized token is 0.
    others: The ratio of the probabilities of two other tokens is another one than before.
    """
    draw = torch.Generator().manual_seed(seed)
    logits = torch.randn(8, generator=draw, dtype=torch.float64)
    best = int(logits.argmax())
    changed = logits.clone()
    changed[best] = _penalized(float(logits[best]), 1.3)
    before, after = softmax.softmax(logits), softmax.softmax(changed)
    one, other = [token for token in range(8) if token != best][:2]
    return {
        "may": int(after.argmax()) != best,
        "never": int(after.argmax()) == best,
        "removed": float(after[best]) == 0,
        "others": not same(before[one] / before[other], after[one] / after[other]),
    }
