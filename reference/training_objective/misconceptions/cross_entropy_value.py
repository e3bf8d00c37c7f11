"""What people get wrong about the loss of one target.

B batch, T time, V vocabulary.
"""

import math

import numpy as np

from grader.subject.misconception import misconception
from reference.training_objective.loss import Floats, Ids, cross_entropy, log_probabilities
from reference.training_objective.misconceptions.loss_parts import (
    mean_of,
    of_targets,
    probabilities,
)


@misconception(
    replaces=cross_entropy,
    says="The loss is in bits: its logarithm is to base 2.",
    hint="A token has probability 0.5. What is its loss, in nats?",
    questions=["training.mean-loss", "training.loss-at-the-start"],
)
def log_base_two(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return cross_entropy(logits, targets, ignore_index) / math.log(2)


@misconception(
    replaces=cross_entropy,
    says="The loss is the mean log-probability, without a minus sign.",
    hint="Training makes the loss smaller. Which way do the probabilities go if yours shrinks?",
    questions=["training.mean-loss"],
)
def sign(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return -cross_entropy(logits, targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="Softmax is applied to the logits, and log-softmax to its result.",
    hint="What does the function that you call expect: logits or probabilities?",
    questions=["output-and-softmax.softmax-twice"],
)
def softmax_twice(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return cross_entropy(probabilities(logits), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The logarithm of softmax can be taken without subtracting the largest logit first.",
    hint="What is exp(1000) in your number format?",
    questions=["output-and-softmax.add-seven", "output-and-softmax.order-log-probability"],
    differs_only="for logits of several hundred (of 90 in float32)",
)
def unstable(logits: Floats, targets: Ids, ignore_index: int) -> float:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exponentials = np.exp(logits)
        logarithms = np.log(exponentials / exponentials.sum(axis=-1, keepdims=True))
    return mean_of(-of_targets(logarithms, targets, ignore_index), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The logarithm is taken of the probability, though that may be rounded to 0.",
    hint="A target has probability exp(-1000). What is its probability in your number format?",
    questions=["output-and-softmax.order-log-probability", "training.mean-loss"],
    differs_only="where a target is very improbable",
)
def log_of_softmax(logits: Floats, targets: Ids, ignore_index: int) -> float:
    with np.errstate(divide="ignore"):
        logarithms = np.log(probabilities(logits))
    return mean_of(-of_targets(logarithms, targets, ignore_index), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="A tiny number is added to the probability, so that the logarithm is finite.",
    hint="How large can your loss become? A token has probability exp(-50): what is its loss?",
    questions=["output-and-softmax.order-log-probability", "training.mean-loss"],
    differs_only="where a target is very improbable",
)
def tiny_number_added(logits: Floats, targets: Ids, ignore_index: int) -> float:
    logarithms = np.log(probabilities(logits) + 1e-9)
    return mean_of(-of_targets(logarithms, targets, ignore_index), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="Softmax runs over the positions.",
    hint="Sum your probabilities over each axis. Which sum is 1, and which should be?",
    questions=["output-and-softmax.logits-shape"],
)
def softmax_over_time(logits: Floats, targets: Ids, ignore_index: int) -> float:
    logarithms = log_probabilities(logits.swapaxes(1, 2)).swapaxes(1, 2)
    return mean_of(-of_targets(logarithms, targets, ignore_index), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The probabilities are averaged first, and the logarithm comes last.",
    hint="One token has probability 1, the other nearly 0. What is the mean of their losses?",
    questions=["training.mean-loss"],
    differs_only="with more than one counted target",
)
def log_of_mean(logits: Floats, targets: Ids, ignore_index: int) -> float:
    chances = of_targets(probabilities(logits), targets, ignore_index)
    mean = mean_of(chances, targets, ignore_index)
    return -math.log(mean) if mean else 0.0


@misconception(
    replaces=cross_entropy,
    says="A tenth of each target is spread over the vocabulary, as label smoothing does.",
    hint="What is your loss if the model is certain and right?",
    questions=["training.mean-loss", "training.loss-at-the-start"],
)
def label_smoothing(logits: Floats, targets: Ids, ignore_index: int) -> float:
    logarithms = log_probabilities(logits)
    spread = mean_of(-logarithms.mean(axis=-1), targets, ignore_index)
    return 0.9 * cross_entropy(logits, targets, ignore_index) + 0.1 * spread


@misconception(
    replaces=cross_entropy,
    says="The loss of a target is how far its probability is from 1.",
    hint="How much worse is probability 0.0001 than 0.01? Does your loss say so?",
    questions=["training.mean-loss", "training.loss-at-the-start"],
)
def no_logarithm(logits: Floats, targets: Ids, ignore_index: int) -> float:
    missing = 1 - of_targets(probabilities(logits), targets, ignore_index)
    return mean_of(missing, targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The loss is minus the target's logit.",
    hint="Add 7 to all logits. Should the loss change?",
    questions=["output-and-softmax.add-seven"],
)
def no_softmax(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return mean_of(-of_targets(logits, targets, ignore_index), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="What counts is the most probable token of each row.",
    hint="Change a target. Does your loss change?",
    questions=["training.step-on-logits", "training.mean-loss"],
)
def of_the_most_probable(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return mean_of(-log_probabilities(logits).max(axis=-1), targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The losses of the other tokens count as well, by how improbable those are.",
    hint="How many tokens are right at one position? What does the formula sum over?",
    questions=["training.mean-loss", "training.gradient-other-entry"],
)
def binary_for_each_token(logits: Floats, targets: Ids, ignore_index: int) -> float:
    shares = probabilities(logits)
    at_target = of_targets(shares, targets, ignore_index)
    others = np.log1p(-np.minimum(shares, 1 - 1e-12)).sum(axis=-1)
    others = others - np.log1p(-np.minimum(at_target, 1 - 1e-12))
    return cross_entropy(logits, targets, ignore_index) + mean_of(-others, targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="I normalize the logits in the caller's array.",
    hint="Print the logits before and after the call. Who else may still read them?",
    questions=["output-and-softmax.order-log-probability"],
    differs_only="in the logits after the call",
)
def changes_its_input(logits: Floats, targets: Ids, ignore_index: int) -> float:
    logits -= logits.max(axis=-1, keepdims=True)
    return cross_entropy(logits, targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The loss of a target is the square of how far its probability is from 1.",
    hint="How much worse is probability 0.0001 than 0.01? Does your loss say so?",
    questions=["training.mean-loss", "training.loss-at-the-start"],
)
def squared_error(logits: Floats, targets: Ids, ignore_index: int) -> float:
    missing = 1 - of_targets(probabilities(logits), targets, ignore_index)
    return mean_of(missing**2, targets, ignore_index)
