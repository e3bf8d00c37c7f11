"""What people get wrong about which losses count, and by what their sum is divided.

B batch, T time, V vocabulary.
"""

import math

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.loss import (
    Floats,
    Ids,
    cross_entropy,
    log_probabilities,
    token_losses,
)
from reference.training_objective.misconceptions.loss_parts import (
    counted,
    counted_losses,
    number,
    of_targets,
    one_hot,
)


@misconception(
    replaces=cross_entropy,
    says="The sum of the losses is divided by all targets, ignored ones too.",
    hint="Add a row that is nothing but ignored targets. Should the mean loss change?",
    questions=["training.padding-in-the-mean", "training.mean-loss"],
    differs_only="where a target is ignored",
)
def ignored_in_denominator(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return float(token_losses(logits, targets, ignore_index).sum() / targets.size)


@misconception(
    replaces=cross_entropy,
    says="Where a target is ignored, token 0 is the target.",
    hint="What does your loss do at a position whose target is ignored? Print it there.",
    questions=["training.padding-in-the-mean"],
    differs_only="where a target is ignored",
)
def ignored_as_zero(logits: Floats, targets: Ids, ignore_index: int) -> float:
    filled = np.where(counted(targets, ignore_index), targets, 0)
    return float(token_losses(logits, filled, ignore_index - 1).mean())


@misconception(
    replaces=cross_entropy,
    says="The loss is the mean of each row's mean loss.",
    hint="One row has a single counted target, the other has ten. How much does each target weigh?",
    questions=["training.unequal-parts", "training.padding-in-the-mean"],
    differs_only="where rows differ in how many targets count",
)
def mean_of_row_means(logits: Floats, targets: Ids, ignore_index: int) -> float:
    losses = token_losses(logits, targets, ignore_index).sum(axis=1)
    counts = np.maximum(counted(targets, ignore_index).sum(axis=1), 1)
    return float((losses / counts).mean())


@misconception(
    replaces=cross_entropy,
    says="The loss is the sum over the targets.",
    hint="Repeat the batch once more. Should the loss double?",
    questions=["training.mean-loss", "training.padding-in-the-mean"],
    differs_only="with more than one counted target",
)
def total(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return float(token_losses(logits, targets, ignore_index).sum())


@misconception(
    replaces=cross_entropy,
    says="The sum of the losses is divided by the number of rows.",
    hint="Make all rows twice as long. Should the mean loss of a token double?",
    questions=["training.mean-loss", "training.padding-in-the-mean"],
    differs_only="with more than one counted target a row",
)
def sum_by_rows(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return float(token_losses(logits, targets, ignore_index).sum() / len(targets))


@misconception(
    replaces=cross_entropy,
    says="The mean runs over the vocabulary, too.",
    hint="How many numbers do you add up, and by how many do you divide?",
    questions=["training.mean-loss", "training.loss-at-the-start"],
)
def divides_by_vocabulary(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return cross_entropy(logits, targets, ignore_index) / int(logits.shape[-1])


@misconception(
    replaces=cross_entropy,
    says="Only the last position of each row has a loss.",
    hint="How many predictions does one pass over a row make? How many of them do you score?",
    questions=["training.order-one-step", "training.one-pass"],
    differs_only="with more than one position",
)
def last_position_only(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return cross_entropy(logits[:, -1:], targets[:, -1:], ignore_index)


@misconception(
    replaces=cross_entropy,
    says="The targets are shifted inside the loss, though they were shifted before.",
    hint="Row t of the logits predicts target t here. How many pairs do you have?",
    questions=["training.targets", "output-and-softmax.which-rows"],
)
def shifts_again(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return cross_entropy(logits[:, :-1], targets[:, 1:], ignore_index)


@misconception(
    replaces=cross_entropy,
    says="Logits are flattened with time first, and targets with the batch first.",
    hint="Which row of the flattened logits belongs to batch 1, position 0? And which target?",
    questions=["output-and-softmax.logits-shape", "training.targets"],
    differs_only="with more than one row and more than one position",
)
def flattened_otherwise(logits: Floats, targets: Ids, ignore_index: int) -> float:
    turned = logits.transpose(1, 0, 2).reshape(logits.shape)
    return cross_entropy(turned, targets, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="Token 0 is padding and never counts.",
    hint="Set all targets to 0. Is there nothing to be learned?",
    questions=["training.padding-in-the-mean", "embedding-and-positions.left-padding"],
    differs_only="where token 0 is a target",
)
def zero_never_counts(logits: Floats, targets: Ids, ignore_index: int) -> float:
    kept = np.where(targets == 0, ignore_index, targets)
    return cross_entropy(logits, kept, ignore_index)


@misconception(
    replaces=cross_entropy,
    says="Ignored targets are those that are -100, whatever is given.",
    hint="Which of your function's arguments do you never use?",
    questions=["training.padding-in-the-mean"],
    differs_only="where another number is to be ignored",
)
def always_minus_hundred(logits: Floats, targets: Ids, ignore_index: int) -> float:
    # Another negative number is then an index like all others: it counts from the end.
    columns = np.where(targets == -100, -100, targets % logits.shape[-1])
    return cross_entropy(logits, columns, -100)


@misconception(
    replaces=cross_entropy,
    says="Where no target counts, the loss is 0 divided by 0.",
    hint="A batch has nothing but padding. What do you divide by?",
    questions=["training.padding-in-the-mean"],
    differs_only="where no target counts",
)
def nothing_counts_is_nan(logits: Floats, targets: Ids, ignore_index: int) -> float:
    if not counted(targets, ignore_index).any():
        return math.nan
    return cross_entropy(logits, targets, ignore_index)


@equivalent(replaces=cross_entropy, says="The losses of the counted targets alone are averaged.")
def mean_of_counted(logits: Floats, targets: Ids, ignore_index: int) -> float:
    losses = counted_losses(logits, targets, ignore_index)
    return float(losses.mean()) if losses.size else 0.0


@equivalent(replaces=cross_entropy, says="The log-probabilities are multiplied by one-hot targets.")
def by_one_hot(logits: Floats, targets: Ids, ignore_index: int) -> float:
    kept = np.where(counted(targets, ignore_index), targets, -1)
    chosen = log_probabilities(logits) * one_hot(kept, logits.shape[-1])
    return float(-chosen.sum() / number(targets, ignore_index))


@equivalent(replaces=cross_entropy, says="The logit is subtracted from the logarithm of the sum.")
def log_sum_minus_logit(logits: Floats, targets: Ids, ignore_index: int) -> float:
    largest = logits.max(axis=-1)
    sums = np.log(np.exp(logits - largest[..., None]).sum(axis=-1)) + largest
    losses = sums - of_targets(logits, targets, ignore_index)
    return float(losses[counted(targets, ignore_index)].sum() / number(targets, ignore_index))


@misconception(
    replaces=cross_entropy,
    says="1 is added to the number of targets, so that nothing is divided by zero.",
    hint="One target counts, and its loss is 2. What is the mean, and what do you return?",
    questions=["training.mean-loss"],
    differs_only="where a target counts",
)
def one_target_more(logits: Floats, targets: Ids, ignore_index: int) -> float:
    losses = token_losses(logits, targets, ignore_index)
    return float(losses.sum() / (counted(targets, ignore_index).sum() + 1))


@misconception(
    replaces=cross_entropy,
    says="The sum of the losses is divided by the number of positions of a row.",
    hint="Add a second row that equals the first one. Should the mean loss change?",
    questions=["training.mean-loss"],
)
def over_the_positions(logits: Floats, targets: Ids, ignore_index: int) -> float:
    return float(token_losses(logits, targets, ignore_index).sum() / targets.shape[1])
