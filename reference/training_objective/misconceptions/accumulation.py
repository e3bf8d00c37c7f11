"""What people get wrong about the gradient of a batch that comes in parts."""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.gradients import Floats, accumulate


def _weighted(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return np.asarray(sum(g * count for g, count in zip(gradients, counts, strict=True)))


@misconception(
    replaces=accumulate,
    says="The gradients of the parts are averaged, whatever each of them counts.",
    hint="One part has 3 targets, the other 30. How much does a target of each weigh?",
    questions=["training.unequal-parts"],
    differs_only="where parts differ in how many targets count",
)
def mean_of_means(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return np.asarray(np.mean(gradients, axis=0))


@misconception(
    replaces=accumulate,
    says="The gradients of the parts are added, and divided by nothing.",
    hint="Cut the batch into twice as many parts. Should the gradient double?",
    questions=["training.unequal-parts", "training.order-of-parts"],
    differs_only="with more than one part",
)
def adds_up(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return np.asarray(np.sum(gradients, axis=0))


@misconception(
    replaces=accumulate,
    says="The gradients are multiplied by their counts and added, and divided by nothing.",
    hint="Is your result the gradient of the mean loss, or of the sum?",
    questions=["training.unequal-parts"],
)
def of_the_sum(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return _weighted(gradients, counts)


@misconception(
    replaces=accumulate,
    says="The sum of gradients times counts is divided by the number of parts.",
    hint="How many targets count in the whole batch? By what do you divide?",
    questions=["training.unequal-parts"],
)
def divides_by_parts(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return _weighted(gradients, counts) / len(counts)


@misconception(
    replaces=accumulate,
    says="The sum of gradients times counts is divided by the largest count.",
    hint="What do your weights of the parts add up to?",
    questions=["training.unequal-parts"],
    differs_only="with more than one part that counts",
)
def divides_by_the_largest(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return _weighted(gradients, counts) / max(1, *counts)


@misconception(
    replaces=accumulate,
    says="The gradient of the last part takes the place of those before.",
    hint="Change the gradient of the first part. Does your result change?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def last_part_only(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return gradients[-1].copy()


@misconception(
    replaces=accumulate,
    says="After each part, the mean of its gradient and the one so far is taken.",
    hint="With three parts: which share of your result does the first one have?",
    questions=["training.unequal-parts"],
    differs_only="with more than one part",
)
def halves_each_time(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    result = gradients[0]
    for gradient in gradients[1:]:
        result = (result + gradient) / 2
    return result.copy()


@misconception(
    replaces=accumulate,
    says="Parts with few targets weigh more, as their gradients are means of less.",
    hint="One part has 3 targets, the other 30. Which of them holds more of the batch?",
    questions=["training.unequal-parts"],
    differs_only="where parts differ in how many targets count",
)
def weighs_by_the_inverse(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    weights = [1 / max(count, 1) for count in counts]
    return np.average(np.array(gradients, dtype=np.float64), axis=0, weights=weights)


@misconception(
    replaces=accumulate,
    says="A part without a counted target still counts as one.",
    hint="Add a part that is nothing but ignored targets. Should the gradient change?",
    questions=["training.unequal-parts", "training.padding-in-the-mean"],
    differs_only="where no target of a part counts",
)
def empty_counts_as_one(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return accumulate(gradients, [max(count, 1) for count in counts])


@misconception(
    replaces=accumulate,
    says="Where no target counts in any part, the gradient is 0 divided by 0.",
    hint="All parts are nothing but padding. What do you divide by?",
    questions=["training.padding-in-the-mean"],
    differs_only="where no target counts in any part",
)
def nothing_counts_is_nan(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    result = accumulate(gradients, counts)
    return result if sum(counts) else np.full_like(result, np.nan)


@misconception(
    replaces=accumulate,
    says="I add all gradients into the array of the first one.",
    hint="Print the gradients before and after the call. Who else may still read them?",
    questions=["training.unequal-parts"],
    differs_only="in the gradients after the call",
)
def changes_its_input(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    gradients[0][...] = accumulate(gradients, counts)
    return gradients[0]


@equivalent(replaces=accumulate, says="A running mean: each part moves it by its share so far.")
def running_mean(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    mean, seen = np.zeros_like(gradients[0]), 0
    for gradient, count in zip(gradients, counts, strict=True):
        seen += count
        mean = mean + (gradient - mean) * (count / max(seen, 1))
    return mean


@misconception(
    replaces=accumulate,
    says="The gradients are added, and divided by the number of all targets.",
    hint="Each of them is a mean already. By what did its part divide?",
    questions=["training.unequal-parts"],
    differs_only="with more than one target",
)
def divided_again(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    return np.asarray(np.sum(gradients, axis=0) / max(sum(counts), 1))
