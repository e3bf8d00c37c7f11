"""What people get wrong about a training step: what is done when, and how often."""

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.misconceptions.train_parts import ends, weighted_losses
from reference.training_objective.training_step import (
    Batches,
    TrainingStages,
    shares,
    train_step,
)


@misconception(
    replaces=train_step,
    says="The gradients are never set to zero.",
    hint="backward adds to the gradients that are there. What is there at the beginning?",
    questions=["training.order-one-step", "training.order-of-parts"],
)
def never_zeroes(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    total = weighted_losses(batches, stages, ignore_index)
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The gradients are set to zero before each part.",
    hint="After the last part, which parts do the gradients know of?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def zeroes_each_part(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        stages.zero()
        loss = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The gradients are set to zero after backward, before the step.",
    hint="Which gradients does your step of the optimizer read?",
    questions=["training.order-one-step"],
)
def zeroes_after_backward(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    total = weighted_losses(batches, stages, ignore_index)
    stages.zero()
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The gradients are set to zero at the end alone.",
    hint="What do the gradients hold when your function is called for the first time?",
    questions=["training.order-one-step"],
)
def zeroes_at_the_end(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    total = weighted_losses(batches, stages, ignore_index)
    ends(stages, max_norm)
    stages.zero()
    return total


@misconception(
    replaces=train_step,
    says="The gradients are not clipped.",
    hint="Which of the stages does your function never call?",
    questions=["training.global-norm", "training.order-of-parts"],
)
def never_clips(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = weighted_losses(batches, stages, ignore_index)
    stages.step()
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="The gradients are clipped after the step.",
    hint="Which gradients does your step of the optimizer read, long ones or clipped ones?",
    questions=["training.order-of-parts", "training.global-norm"],
)
def clips_after_the_step(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = weighted_losses(batches, stages, ignore_index)
    stages.step()
    stages.clip(max_norm)
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="The gradients are clipped after each part.",
    hint="Is the sum of clipped parts the clipped sum?",
    questions=["training.order-of-parts", "training.global-norm"],
    differs_only="with more than one part",
)
def clips_each_part(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(loss)
        stages.clip(max_norm)
        total += loss
    stages.step()
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="The gradients are clipped before backward has made them.",
    hint="What is there to be clipped when you call clip?",
    questions=["training.order-of-parts"],
)
def clips_too_early(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    stages.clip(max_norm)
    total = weighted_losses(batches, stages, ignore_index)
    stages.step()
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="The largest norm is 1, whatever is given.",
    hint="Which of your function's arguments do you never use?",
    questions=["training.global-norm"],
    differs_only="where another norm is given",
)
def always_clips_to_one(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    return train_step(batches, stages, 1.0, ignore_index)


@misconception(
    replaces=train_step,
    says="The optimizer makes a step after each part.",
    hint="How often do the weights change in one training step of yours?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def steps_each_part(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(loss)
        stages.clip(max_norm)
        stages.step()
        total += loss
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="Each part is a training step of its own, from zero to schedule.",
    hint="How often do the weights change in one training step of yours?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def whole_step_each_part(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    total = 0.0
    for part, share in zip(batches, shares(batches, ignore_index), strict=True):
        stages.zero()
        loss = stages.loss(stages.forward(part[0]), part[1])
        stages.backward(loss)
        ends(stages, max_norm)
        total += loss * share
    return total


@misconception(
    replaces=train_step,
    says="The optimizer makes no step.",
    hint="What changes the weights in your training step?",
    questions=["training.order-one-step"],
)
def never_steps(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = weighted_losses(batches, stages, ignore_index)
    stages.clip(max_norm)
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="The optimizer makes its step before backward.",
    hint="Which gradients does your step of the optimizer read?",
    questions=["training.order-one-step"],
)
def steps_before_backward(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    stages.step()
    total = weighted_losses(batches, stages, ignore_index)
    stages.clip(max_norm)
    stages.schedule()
    return total


@misconception(
    replaces=train_step,
    says="The rate of the next step is set before this step is made.",
    hint="With which rate does your very first step go?",
    questions=["training.order-of-parts", "training.warmup-and-cosine"],
)
def schedules_before_the_step(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = weighted_losses(batches, stages, ignore_index)
    stages.clip(max_norm)
    stages.schedule()
    stages.step()
    return total


@misconception(
    replaces=train_step,
    says="The rate is moved on first of all.",
    hint="With which rate does your very first step go?",
    questions=["training.order-of-parts", "training.warmup-and-cosine"],
)
def schedules_first(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.schedule()
    stages.zero()
    total = weighted_losses(batches, stages, ignore_index)
    stages.clip(max_norm)
    stages.step()
    return total


@misconception(
    replaces=train_step,
    says="The rate is moved on after each part.",
    hint="How many steps has your schedule counted after one training step?",
    questions=["training.order-of-parts", "training.warmup-and-cosine"],
    differs_only="with more than one part",
)
def schedules_each_part(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(loss)
        stages.schedule()
        total += loss
    stages.clip(max_norm)
    stages.step()
    return total


@misconception(
    replaces=train_step,
    says="The rate is never moved on.",
    hint="Which of the stages does your function never call?",
    questions=["training.warmup-and-cosine"],
)
def never_schedules(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    total = weighted_losses(batches, stages, ignore_index)
    stages.clip(max_norm)
    stages.step()
    return total


@equivalent(
    replaces=train_step, says="The gradients are set to zero right before the first backward."
)
def zeroes_before_backward(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    total, is_first = 0.0, True
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), targets) * share
        if is_first:
            stages.zero()
        is_first = False
        stages.backward(loss)
        total += loss
    ends(stages, max_norm)
    return total


@misconception(
    replaces=train_step,
    says="The model reads all parts first, and backward comes afterwards.",
    hint="How many parts have to be kept in memory before your first backward?",
    questions=["training.order-of-parts"],
    differs_only="with more than one part",
)
def reads_all_parts_first(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    stages.zero()
    parts = zip(batches, shares(batches, ignore_index), strict=True)
    shared = [stages.loss(stages.forward(x), targets) * share for (x, targets), share in parts]
    for loss in shared:
        stages.backward(loss)
    ends(stages, max_norm)
    return float(sum(shared))
