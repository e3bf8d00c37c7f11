"""The functions that students write, by name, each after those that it may use."""

from collections.abc import Callable
from typing import Any

from reference.training_objective.gradients import accumulate, clip_by_global_norm
from reference.training_objective.loss import cross_entropy, cross_entropy_gradient, perplexity
from reference.training_objective.optimizer import adamw_step, learning_rate
from reference.training_objective.targets import batch_at, mask_targets, shift_targets
from reference.training_objective.training_step import train_step

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        batch_at,
        shift_targets,
        mask_targets,
        cross_entropy,
        cross_entropy_gradient,
        perplexity,
        accumulate,
        clip_by_global_norm,
        adamw_step,
        learning_rate,
        train_step,
    )
}
