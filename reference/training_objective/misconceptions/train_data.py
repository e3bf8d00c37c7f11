"""What people get wrong about a training step: what goes through it, and how parts weigh."""

from grader.subject.misconception import misconception
from reference.training_objective.misconceptions.train_parts import (
    ends,
    losses,
    weighted_losses,
)
from reference.training_objective.training_step import (
    Batches,
    TrainingStages,
    shares,
    train_step,
)


@misconception(
    replaces=train_step,
    says="Each part weighs the same, whatever it counts.",
    hint="One part has 3 targets, the other 30. How much does a target of each weigh?",
    questions=["training.unequal-parts", "training.order-of-parts"],
    differs_only="where parts differ in how many targets count",
)
def mean_of_means(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = losses(batches, stages, [1 / len(batches)] * len(batches))
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The losses of the parts go to backward as they are, and are averaged afterwards.",
    hint="Cut the batch into twice as many parts. Do your gradients double?",
    questions=["training.unequal-parts", "training.order-of-parts"],
    differs_only="with more than one part",
)
def unweighted_backward(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), targets)
        stages.backward(loss)
        total += loss * share
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The losses of the parts are added up, unweighted.",
    hint="Cut the batch into twice as many parts. Should the loss double?",
    questions=["training.unequal-parts", "training.mean-loss"],
    differs_only="with more than one part",
)
def sum_of_means(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = losses(batches, stages, [1.0] * len(batches))
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="A part weighs by all of its targets, ignored ones too.",
    hint="Add a part that is nothing but padding. Should the other parts weigh less?",
    questions=["training.unequal-parts", "training.padding-in-the-mean"],
    differs_only="where a target is ignored",
)
def padding_weighs(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    sizes = [targets.size for _, targets in batches]
    stages.zero()
    total = losses(batches, stages, [size / sum(sizes) for size in sizes])
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="backward runs once, on the loss of the whole batch.",
    hint="How much must be kept in memory until your backward runs?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def one_backward(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        total += stages.loss(stages.forward(inputs), targets) * share
    stages.backward(total)
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="backward gets the loss of all parts so far.",
    hint="How often does the first part's loss go to your backward?",
    questions=["training.order-of-parts", "training.unequal-parts"],
    differs_only="with more than one part",
)
def backward_of_all_so_far(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        total += stages.loss(stages.forward(inputs), targets) * share
        stages.backward(total)
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The model reads the targets.",
    hint="Which of the two arrays of a part does the model read, and which does it predict?",
    questions=["training.order-one-step", "training.true-tokens-as-input"],
)
def reads_the_targets(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (_, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(targets), targets) * share
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The logits are compared with the inputs.",
    hint="Which of the two arrays of a part does the model read, and which does it predict?",
    questions=["training.targets", "training.copies-last-token"],
)
def compares_with_the_inputs(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, _), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), inputs) * share
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The targets are shifted once more before the loss.",
    hint="Row t of the logits predicts target t here. How many pairs do you have?",
    questions=["training.targets", "training.order-one-step"],
)
def shifts_again(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        logits = stages.forward(inputs)[:, :-1]
        loss = stages.loss(logits, targets[:, 1:]) * share
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="Only the logits of the last position go to the loss.",
    hint="How many predictions does one pass over a row make? How many of them do you score?",
    questions=["training.order-one-step", "training.one-pass"],
)
def last_position_only(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        logits = stages.forward(inputs)[:, -1:]
        loss = stages.loss(logits, targets[:, -1:]) * share
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="Only the first part of the batch is used.",
    hint="Change the last part of the batch. Does your loss change?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def first_part_only(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    return train_step(batches[:1], stages, max_norm, ignore_index)


@misconception(
    replaces=train_step,
    says="A part in which no target counts is left out.",
    hint="What does the handout say of a part in which nothing counts?",
    questions=["training.order-of-parts"],
    differs_only="with a part in which nothing counts",
)
def skips_empty_parts(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    counting = [[inputs, targets] for inputs, targets in batches if (targets != ignore_index).any()]
    return train_step(counting, stages, max_norm, ignore_index)


@misconception(
    replaces=train_step,
    says="The loss of the last part is the loss of the batch.",
    hint="Change the first part of the batch. Does the loss that you return change?",
    questions=["training.order-of-parts", "training.mean-loss"],
    differs_only="with more than one part",
)
def returns_the_last_loss(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    last = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        last = stages.loss(stages.forward(inputs), targets)
        stages.backward(last * share)
    ends(stages, max_norm)
    return last


@misconception(
    replaces=train_step,
    says="The weighted losses are averaged over the parts once more.",
    hint="Your shares add up to 1. By what do you still divide?",
    questions=["training.unequal-parts", "training.mean-loss"],
    differs_only="with more than one part",
)
def divides_once_more(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    return train_step(batches, stages, max_norm, ignore_index) / len(batches)


@misconception(
    replaces=train_step,
    says="The loss is computed anew after the step, and that one is returned.",
    hint="How often does the model run in one training step of yours?",
    questions=["training.order-one-step"],
)
def returns_the_loss_afterwards(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    weighted_losses(batches, stages, ignore_index)
    ends(stages, max_norm)
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        total += stages.loss(stages.forward(inputs), targets) * share
    return total


@misconception(
    replaces=train_step,
    says="I take the parts out of the caller's list.",
    hint="Print the batches before and after the call. Who else may still read them?",
    questions=["training.order-of-parts"],
    differs_only="in the batches after the call",
)
def empties_the_batches(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    weights, total = shares(batches, ignore_index), 0.0
    assert isinstance(batches, list)
    stages.zero()
    while batches:
        inputs, targets = batches.pop(0)
        loss = stages.loss(stages.forward(inputs), targets) * weights.pop(0)
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The loss of a part is multiplied by its count, and divided by nothing.",
    hint="What do the factors of your parts add up to?",
    questions=["training.unequal-parts", "training.mean-loss"],
    differs_only="with more than one counted target",
)
def times_the_count(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    counts = [float((targets != ignore_index).sum()) for _, targets in batches]
    total = losses(batches, stages, counts)
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The weighted loss of the last part is returned.",
    hint="Change the first part of the batch. Does the loss that you return change?",
    questions=["training.order-of-parts", "training.mean-loss"],
    differs_only="with more than one part",
)
def returns_the_last_share(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    last = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        last = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(last)
    ends(stages, max_norm)
    return last
