"""The parts of a right training step, from which the wrong ones are put together."""

from reference.training_objective.training_step import Batches, TrainingStages, shares


def losses(batches: Batches, stages: TrainingStages, weights: list[float]) -> float:
    """Forward, loss and backward for each part; the sum of the weighted losses."""
    total = 0.0
    for (inputs, targets), weight in zip(batches, weights, strict=True):
        loss = stages.loss(stages.forward(inputs), targets) * weight
        stages.backward(loss)
        total += loss
    return total


def weighted_losses(batches: Batches, stages: TrainingStages, ignore_index: int) -> float:
    """The same, each part weighted by its share of the counted targets."""
    return losses(batches, stages, shares(batches, ignore_index))


def ends(stages: TrainingStages, max_norm: float) -> None:
    """Clip, step and schedule, in this order."""
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
