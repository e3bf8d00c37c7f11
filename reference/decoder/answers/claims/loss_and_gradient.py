"""Claims about the loss: its gradient in the logits, and what it says across vocabularies."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.registry import claim
from reference.decoder import likelihood, output, softmax
from reference.decoder.answers.trials import normal, replaced


def _loss(logits: Tensor, target: int) -> Tensor:
    return -softmax.softmax(logits)[target].log()


def _gradient(logits: Tensor, target: int) -> Tensor:
    """The derivative of the loss in each logit, by automatic differentiation, (V,)."""
    leaf = logits.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(_loss(leaf, target), leaf)
    return slopes


@claim
def gradient_entry(
    seed: int, *, chances: Sequence[float] = (0.7, 0.2, 0.1), target: int = 1
) -> Mapping[str, float]:
    """The derivative of the loss in the logit of the right token."""
    given = torch.tensor(chances, dtype=torch.float64)
    slope = float(_gradient(given.log(), target)[target])
    return {
        "answer": slope,
        "gradient.sign": -slope,
        "gradient.is_the_probability": float(given[target]),
        "gradient.of_the_probability": -1 / float(given[target]),
    }


@claim
def gradient_other_entry(
    seed: int, *, chances: Sequence[float] = (0.6, 0.3, 0.1), target: int = 2, asked: int = 0
) -> Mapping[str, float]:
    """The derivative of the loss in the logit of a token that is not the right one."""
    given = torch.tensor(chances, dtype=torch.float64)
    return {
        "answer": float(_gradient(given.log(), target)[asked]),
        "gradient.of_the_target_alone": 0,
        "gradient.subtracts_one_everywhere": float(given[asked]) - 1,
        "gradient.sign": -float(given[asked]),
    }


@claim
def gradient_sum(seed: int) -> Mapping[str, bool]:
    """The derivatives of the loss in all logits of a row are added up, for random logits.

    zero: The sum is 0.
    one: The sum is 1.
    loss: The sum is the loss.
    target: The sum is the derivative in the logit of the right token.
    """
    logits, target = normal(seed, 7), seed % 7
    slopes = _gradient(logits, target)
    total = float(slopes.sum())
    return {
        "zero": abs(total) < 1e-9,
        "one": abs(total - 1) < 1e-9,
        "loss": abs(total - float(_loss(logits, target))) < 1e-9,
        "target": abs(total - float(slopes[target])) < 1e-9,
    }


@claim
def step_on_logits(seed: int) -> Mapping[str, bool]:
    """One small step of gradient descent on random logits: which of them rise?

    target: The logit of the right token rises, and all others fall.
    best: The logit of the most probable token rises, and all others fall.
    fall: All logits fall.
    only: The logit of the right token rises, and all others stay.
    """
    logits = normal(seed, 7)
    worst, best = int(logits.argmin()), int(logits.argmax())
    change = -0.01 * _gradient(logits, worst)
    rising = {token for token in range(7) if change[token] > 0}
    falling = {token for token in range(7) if change[token] < 0}
    others = set(range(7)) - {worst}
    return {
        "target": rising == {worst} and falling == others,
        "best": rising == {best} and falling == set(range(7)) - {best},
        "fall": falling == set(range(7)),
        "only": rising == {worst} and not falling,
    }


def _sum_of_losses(tokens: int, mean: float) -> float:
    """What likelihood makes of a text whose tokens have this loss each, in nats."""
    chance = math.exp(-mean)
    logits = torch.tensor([[chance, 1 - chance]] * tokens, dtype=torch.float64).log()
    return -likelihood.sequence_log_probability(logits, torch.zeros(tokens, dtype=torch.int64))


@claim
def loss_of_a_character(
    seed: int, *, characters: int = 120, tokens: int = 40, loss: float = 1.5
) -> Mapping[str, float]:
    """The loss of a text divided by its characters, in nats."""
    total = _sum_of_losses(tokens, loss)
    return {
        "answer": total / characters,
        "perplexity.tokens_are_characters": total / tokens,
        "perplexity.wrong_way_round": loss * characters / tokens,
        "training.perplexity_is_loss": math.exp(loss),
        "training.sums_loss": total,
    }


@claim
def better_model(
    seed: int,
    *,
    tokens_a: int = 25,
    loss_a: float = 2.4,
    tokens_b: int = 50,
    loss_b: float = 1.3,
) -> Mapping[str, bool]:
    """A text with these tokens and mean losses in two models: how probable it is in each.

    sum: A gives the text the higher probability; the sum of its losses is smaller.
    mean: B gives the text the higher probability; its mean loss is smaller.
    perplexity: Both give the text the same probability; the text is the same.
    more: B gives the text the higher probability; a longer product is larger.
    """
    a, b = _sum_of_losses(tokens_a, loss_a), _sum_of_losses(tokens_b, loss_b)
    b_is_better = -b > -a + 1e-9
    return {
        "sum": -a > -b + 1e-9 and a < b,
        "mean": b_is_better and loss_b < loss_a,
        "perplexity": abs(a - b) < 1e-9,
        "more": b_is_better and tokens_b > tokens_a,
    }


@claim
def logit_by_hand(
    seed: int,
    *,
    hidden: Sequence[float] = (1, -2, 3),
    weight: Sequence[Sequence[float]] = ((2, 0, 1), (1, 1, 0), (0, -1, 2)),
    asked: int = 1,
) -> Mapping[str, float]:
    """The logit of one token, from a final hidden state that is normalized already."""
    x = torch.tensor([hidden], dtype=torch.float64)
    matrix = torch.tensor(weight, dtype=torch.float64)
    ones = torch.ones(len(hidden), dtype=torch.float64)
    with replaced(layer_norm=lambda given, *_: given):
        logits = output.output_logits(x, ones, 0 * ones, 0, matrix)[0]
        rows = output.output_logits(x, ones, 0 * ones, 0, matrix.T)[0]
    return {
        "answer": float(logits[asked]),
        "output_logits.weight_transposed": float(rows[asked]),
        "embed.ids_start_at_one": float(logits[asked - 1]),
        "logits.only_sizes_count": float((x.abs() @ matrix.abs())[0, asked]),
    }
