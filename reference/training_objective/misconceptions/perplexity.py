"""What people get wrong about perplexity.

B batch, T time, V vocabulary.
"""

import math

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.loss import (
    Floats,
    Ids,
    cross_entropy,
    perplexity,
    token_losses,
)
from reference.training_objective.misconceptions.loss_parts import (
    counted,
    counted_losses,
    mean_of,
    of_targets,
    probabilities,
)


@misconception(
    replaces=perplexity,
    says="The perplexity is the mean loss.",
    hint="Which number stands for equal chances among V tokens?",
    questions=["training.loss-at-the-start", "training.perplexity-of-three"],
)
def is_the_loss(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return cross_entropy(logits, targets, ignore_index)


@misconception(
    replaces=perplexity,
    says="The perplexity is the exponential of the sum of the losses.",
    hint="Repeat the batch once more. Should the perplexity be squared?",
    questions=["training.perplexity-of-three", "training.better-model"],
    differs_only="with more than one counted target",
)
def of_the_sum(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return math.exp(min(700.0, float(token_losses(logits, targets, ignore_index).sum())))


@misconception(
    replaces=perplexity,
    says="The perplexity is 2 to the power of the loss in nats.",
    hint="The loss of V equal chances is ln V. What should the perplexity be then?",
    questions=["training.perplexity-of-three"],
)
def two_to_the_nats(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return float(2 ** cross_entropy(logits, targets, ignore_index))


@misconception(
    replaces=perplexity,
    says="Each token has a perplexity, and theirs are averaged.",
    hint="What comes first in the formula, the exponential or the mean?",
    questions=["training.perplexity-of-three"],
    differs_only="with more than one counted target",
)
def mean_of_exponentials(logits: Floats, targets: Ids, ignore_index: int) -> float:
    losses = counted_losses(logits, targets, ignore_index)
    return float(np.exp(losses).mean()) if losses.size else 1.0


@misconception(
    replaces=perplexity,
    says="Each row has a perplexity, and theirs are averaged.",
    hint="Put both rows one after the other into one. Should the perplexity change?",
    questions=["training.perplexity-of-three", "training.unequal-parts"],
    differs_only="with more than one row",
)
def mean_of_the_rows(logits: Floats, targets: Ids, ignore_index: int) -> float:
    rows = [
        perplexity(logits[row : row + 1], targets[row : row + 1], ignore_index)
        for row in range(len(targets))
    ]
    return float(np.mean(rows))


@misconception(
    replaces=perplexity,
    says="The mean runs over all targets, ignored ones too.",
    hint="Add a row that is nothing but ignored targets. Should the perplexity change?",
    questions=["training.padding-in-the-mean"],
    differs_only="where a target is ignored",
)
def ignored_in_denominator(logits: Floats, targets: Ids, ignore_index: int) -> float:
    total = token_losses(logits, targets, ignore_index).sum()
    return math.exp(total / targets.size)


@misconception(
    replaces=perplexity,
    says="The perplexity is the mean probability in the geometric sense: it is below 1.",
    hint="Is a perplexity of 50 better or worse than one of 2? Which of them is yours near?",
    questions=["training.perplexity-of-three"],
)
def upside_down(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return 1 / perplexity(logits, targets, ignore_index)


@misconception(
    replaces=perplexity,
    says="The perplexity is one over the mean probability.",
    hint="Two tokens have the probabilities 1 and 0.01. How perplexed is the model by both?",
    questions=["training.perplexity-of-three", "training.mean-loss"],
    differs_only="with more than one counted target",
)
def by_the_mean_probability(logits: Floats, targets: Ids, ignore_index: int) -> float:
    chances = of_targets(probabilities(logits), targets, ignore_index)
    mean = mean_of(chances, targets, ignore_index)
    return 1 / mean if mean else 1.0


@misconception(
    replaces=perplexity,
    says="The perplexity follows from the model's distribution alone, as its entropy does.",
    hint="Change a target. Does your perplexity change?",
    questions=["training.perplexity-of-three"],
)
def of_the_entropy(logits: Floats, targets: Ids, ignore_index: int) -> float:
    shares = probabilities(logits)
    entropies = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=-1)
    return math.exp(mean_of(entropies, targets, ignore_index))


@misconception(
    replaces=perplexity,
    says="Where no target counts, the perplexity is 0.",
    hint="What is the perplexity of a model that is always certain and right? Can it be less?",
    questions=["training.padding-in-the-mean"],
    differs_only="where no target counts",
)
def nothing_counts_is_zero(logits: Floats, targets: Ids, ignore_index: int) -> float:
    any_counts = counted(targets, ignore_index).any()
    return perplexity(logits, targets, ignore_index) if any_counts else 0.0


@misconception(
    replaces=perplexity,
    says="I normalize the logits in the caller's array.",
    hint="Print the logits before and after the call. Who else may still read them?",
    questions=["training.perplexity-of-three"],
    differs_only="in the logits after the call",
)
def changes_its_input(logits: Floats, targets: Ids, ignore_index: int) -> float:
    logits -= logits.max(axis=-1, keepdims=True)
    return perplexity(logits, targets, ignore_index)


@equivalent(
    replaces=perplexity,
    says="The inverse of the geometric mean of the probabilities.",
)
def inverse_of_the_geometric_mean(logits: Floats, targets: Ids, ignore_index: int) -> float:
    losses = counted_losses(logits, targets, ignore_index)
    return 1 / math.exp(-float(losses.mean())) if losses.size else 1.0


@misconception(
    replaces=perplexity,
    says="The perplexity is 10 to the power of the loss in nats.",
    hint="Which logarithm is in your loss? Which number raised to it undoes that?",
    questions=["training.perplexity-of-three"],
)
def power_of_ten(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return float(10 ** cross_entropy(logits, targets, ignore_index))
