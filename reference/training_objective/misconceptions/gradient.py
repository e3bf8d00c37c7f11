"""What people get wrong about the gradient of the loss in the logits.

B batch, T time, V vocabulary.
"""

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.loss import (
    Floats,
    Ids,
    cross_entropy_gradient,
    log_probabilities,
)
from reference.training_objective.misconceptions.loss_parts import (
    counted,
    number,
    of_targets,
    one_hot,
    probabilities,
)


def _where_counted(slopes: Floats, targets: Ids, ignore_index: int) -> Floats:
    """Zeros where the target is ignored, and divided by the number of the others."""
    is_counted = counted(targets, ignore_index)[..., None]
    return np.where(is_counted, slopes, 0) / number(targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is the target minus the probability.",
    hint="Follow your gradient downhill. Does the logit of the target rise?",
    questions=["training.gradient-entry", "training.step-on-logits"],
)
def sign(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    return -cross_entropy_gradient(logits, targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is that of the sum of the losses.",
    hint="The loss is a mean. Which factor does its derivative have?",
    questions=["training.gradient-entry", "training.mean-loss"],
    differs_only="with more than one counted target",
)
def of_the_sum(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    gradient = cross_entropy_gradient(logits, targets, ignore_index)
    return gradient * number(targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="Where a target is ignored, the gradient is the probability.",
    hint="Change the logits at an ignored position. Does the loss change?",
    questions=["training.padding-in-the-mean", "training.gradient-other-entry"],
    differs_only="where a target is ignored",
)
def ignored_not_zero(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    kept = np.where(counted(targets, ignore_index), targets, -1)
    slopes = probabilities(logits) - one_hot(kept, logits.shape[-1])
    return slopes / number(targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is divided by the number of all targets, ignored ones too.",
    hint="Add a row that is nothing but ignored targets. Should the other gradients shrink?",
    questions=["training.padding-in-the-mean"],
    differs_only="where a target is ignored",
)
def ignored_in_denominator(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    share = number(targets, ignore_index) / targets.size
    return cross_entropy_gradient(logits, targets, ignore_index) * share


@misconception(
    replaces=cross_entropy_gradient,
    says="Where a target is ignored, token 0 is the target.",
    hint="What is your gradient at a position whose target is ignored? Print it there.",
    questions=["training.padding-in-the-mean"],
    differs_only="where a target is ignored",
)
def ignored_as_zero(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    filled = np.where(counted(targets, ignore_index), targets, 0)
    return cross_entropy_gradient(logits, filled, ignore_index - 1)


@misconception(
    replaces=cross_entropy_gradient,
    says="Each row's gradient is divided by its own number of targets, and by that of the rows.",
    hint="Which loss is this the gradient of: the mean of all tokens, or the mean of means?",
    questions=["training.unequal-parts"],
    differs_only="where rows differ in how many targets count",
)
def of_the_row_means(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    counts = np.maximum(counted(targets, ignore_index).sum(axis=1), 1)[:, None, None]
    whole = cross_entropy_gradient(logits, targets, ignore_index) * number(targets, ignore_index)
    return np.asarray(whole / counts / len(targets))


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is divided by the number of rows.",
    hint="The loss is a mean over the tokens. How many are there?",
    questions=["training.gradient-entry", "training.mean-loss"],
    differs_only="with more than one counted target a row",
)
def divided_by_rows(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    whole = cross_entropy_gradient(logits, targets, ignore_index) * number(targets, ignore_index)
    return whole / len(targets)


@misconception(
    replaces=cross_entropy_gradient,
    says="Only the logit of the target has a gradient.",
    hint="Raise another logit. What happens to the target's probability?",
    questions=["training.gradient-other-entry", "training.gradient-sum"],
)
def of_the_target_alone(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    gradient = cross_entropy_gradient(logits, targets, ignore_index)
    return gradient * one_hot(targets, logits.shape[-1])


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is the probability.",
    hint="What do the derivatives of one row add up to?",
    questions=["training.gradient-entry", "training.gradient-sum"],
)
def is_the_probability(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    return _where_counted(probabilities(logits), targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="1 is subtracted from every probability.",
    hint="What do the derivatives of one row add up to?",
    questions=["training.gradient-other-entry", "training.gradient-sum"],
)
def subtracts_one_everywhere(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    return _where_counted(probabilities(logits) - 1, targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient in the target's logit is minus one over its probability.",
    hint="With respect to what did you differentiate: the probability or the logit?",
    questions=["training.gradient-entry"],
)
def in_the_probability(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    chances = of_targets(probabilities(logits), targets, ignore_index)[..., None]
    slopes = -one_hot(targets, logits.shape[-1]) / chances
    return _where_counted(slopes, targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The target is subtracted from the log-probabilities.",
    hint="Between which two numbers does each entry of your gradient lie?",
    questions=["training.gradient-entry", "training.gradient-sum"],
)
def with_logarithms(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    slopes = log_probabilities(logits) - one_hot(targets, logits.shape[-1])
    return _where_counted(slopes, targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The target is subtracted from the logits.",
    hint="Add 7 to all logits. Should the gradient change?",
    questions=["training.gradient-entry", "output-and-softmax.add-seven"],
)
def no_softmax(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    return _where_counted(logits - one_hot(targets, logits.shape[-1]), targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="Softmax runs over the positions.",
    hint="Sum your probabilities over each axis. Which sum is 1, and which should be?",
    questions=["output-and-softmax.logits-shape"],
)
def softmax_over_time(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    shares = np.exp(log_probabilities(logits.swapaxes(1, 2)).swapaxes(1, 2))
    return _where_counted(shares - one_hot(targets, logits.shape[-1]), targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The exponentials can be taken without subtracting the largest logit first.",
    hint="What is exp(1000) in your number format?",
    questions=["output-and-softmax.add-seven"],
    differs_only="for logits of several hundred (of 90 in float32)",
)
def unstable(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exponentials = np.exp(logits)
        shares = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return _where_counted(shares - one_hot(targets, logits.shape[-1]), targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is carried through softmax once more.",
    hint="p minus the target: is it the derivative in the probabilities or in the logits?",
    questions=["training.gradient-entry", "training.gradient-sum"],
)
def through_softmax_again(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    shares = probabilities(logits)
    slopes = cross_entropy_gradient(logits, targets, ignore_index)
    inner = (slopes * shares).sum(axis=-1, keepdims=True)
    carried: Floats = shares * (slopes - inner)
    return carried


@misconception(
    replaces=cross_entropy_gradient,
    says="The targets are shifted inside the gradient, though they were shifted before.",
    hint="Row t of the logits predicts target t here. Which row has no target in your code?",
    questions=["training.targets", "output-and-softmax.which-rows"],
)
def shifts_again(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    ends = np.full_like(targets[:, :1], ignore_index)
    later = np.concatenate([targets[:, 1:], ends], axis=1)
    return cross_entropy_gradient(logits, later, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="Ignored targets are those that are -100, whatever is given.",
    hint="Which of your function's arguments do you never use?",
    questions=["training.padding-in-the-mean"],
    differs_only="where another number is to be ignored",
)
def always_minus_hundred(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    columns = np.where(targets == -100, -100, targets % logits.shape[-1])
    return cross_entropy_gradient(logits, columns, -100)


@misconception(
    replaces=cross_entropy_gradient,
    says="Where no target counts, the gradient is 0 divided by 0.",
    hint="A batch has nothing but padding. What do you divide by?",
    questions=["training.padding-in-the-mean"],
    differs_only="where no target counts",
)
def nothing_counts_is_nan(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    gradient = cross_entropy_gradient(logits, targets, ignore_index)
    return gradient if counted(targets, ignore_index).any() else np.full_like(gradient, np.nan)


@misconception(
    replaces=cross_entropy_gradient,
    says="I compute the gradient in the caller's logits.",
    hint="Print the logits before and after the call. Who else may still read them?",
    questions=["training.gradient-entry"],
    differs_only="in the logits after the call",
)
def changes_its_input(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    logits[:] = cross_entropy_gradient(logits, targets, ignore_index)
    return logits


@equivalent(
    replaces=cross_entropy_gradient,
    says="One target after the other: the probabilities, less 1 at the target.",
)
def entry_by_entry(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    gradient = np.zeros_like(logits)
    for place in zip(*np.nonzero(counted(targets, ignore_index)), strict=True):
        row = probabilities(logits[place])
        row[targets[place]] -= 1
        gradient[place] = row / number(targets, ignore_index)
    return gradient


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient in the logit of the target is -1.",
    hint="The model is certain of the target. What is left to change?",
    questions=["training.gradient-entry"],
)
def minus_one_at_the_target(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    hot = one_hot(targets, logits.shape[-1])
    slopes = np.where(hot > 0, -1.0, probabilities(logits))
    return _where_counted(slopes, targets, ignore_index)


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is divided by the size of the vocabulary, too.",
    hint="Over what is the loss a mean: over targets, or over all logits?",
    questions=["training.gradient-entry", "training.mean-loss"],
)
def over_the_vocabulary(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    gradient = cross_entropy_gradient(logits, targets, ignore_index)
    return np.asarray(gradient / logits.shape[-1])


@misconception(
    replaces=cross_entropy_gradient,
    says="The gradient is divided by the number of positions of a row.",
    hint="Add a second row that equals the first one. What should become of the first gradient?",
    questions=["training.mean-loss"],
)
def over_the_row(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    gradient = cross_entropy_gradient(logits, targets, ignore_index)
    return np.asarray(gradient * number(targets, ignore_index) / targets.shape[1])
