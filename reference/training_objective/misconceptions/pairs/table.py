"""Stages in parts, for the pairs of mistakes that can stand in one stage together."""

from grader.subject.composition import Composition
from reference.training_objective.misconceptions.pairs import (
    adamw_step,
    cross_entropy,
    mask_targets,
    train_step,
)

COMPOSITIONS: dict[str, Composition] = {
    "mask_targets": mask_targets.COMPOSITION,
    "cross_entropy": cross_entropy.COMPOSITION,
    "adamw_step": adamw_step.COMPOSITION,
    "train_step": train_step.COMPOSITION,
}
