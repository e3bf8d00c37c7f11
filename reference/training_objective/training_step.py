"""Stage: one training step on a batch that comes in parts, by functions that are handed in.

B batch, T time, V vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Ids = NDArray[Any]
Batches = Sequence[Sequence[Ids]]  # of each part the inputs and the targets, (B, T) each


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStages:
    """A model, its gradients, its optimizer and its schedule, as callables."""

    zero: Callable[[], Any]  # sets all gradients to zero
    forward: Callable[[Ids], Floats]  # inputs (B, T) -> logits (B, T, V)
    loss: Callable[[Floats, Ids], float]  # logits and targets -> mean over the counted targets
    backward: Callable[[float], Any]  # adds the gradients of a loss to those that are there
    clip: Callable[[float], Any]  # scales all gradients together to at most this norm
    step: Callable[[], Any]  # changes the weights by the gradients and the rate
    schedule: Callable[[], Any]  # sets the rate of the next step


def shares(batches: Batches, ignore_index: int) -> list[float]:
    """For each part, the share of the batch's counted targets that it has."""
    counts = [int((np.asarray(targets) != ignore_index).sum()) for _, targets in batches]
    return [count / sum(counts) for count in counts]


def train_step(
    batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    """The mean loss of all counted targets of the batch, after one step of the optimizer.

    Args:
        batches: at least one part, and at least one counted target in all of them.
        stages: what does the work.
        max_norm: of all gradients together.
        ignore_index: the target of what does not count.
    """
    stages.zero()
    total = 0.0
    for (inputs, targets), share in zip(batches, shares(batches, ignore_index), strict=True):
        loss = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(loss)
        total += loss
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return float(total)
