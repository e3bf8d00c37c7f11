"""Stages: the loss of a batch, its gradient in the logits, and the perplexity.

B batch, T time, V vocabulary.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Ids = NDArray[Any]


def log_probabilities(logits: Floats) -> Floats:
    """Log-softmax over the last axis, in one formula: no logarithm of a rounded 0."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def token_losses(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    """The loss of each counted target, and 0 where the target is ignored, (B, T)."""
    is_counted = targets != ignore_index
    columns = np.where(is_counted, targets, 0)[..., None]
    losses = -np.take_along_axis(log_probabilities(logits), columns, axis=-1)[..., 0]
    return np.where(is_counted, losses, 0)


def cross_entropy(logits: Floats, targets: Ids, ignore_index: int) -> float:
    """The mean loss of all counted targets of the batch, in nats; 0 if there is none.

    Args:
        logits: (B, T, V); row t is what the model says of target t.
        targets: (B, T) ids, or `ignore_index`.
    """
    count = int((targets != ignore_index).sum())
    return float(token_losses(logits, targets, ignore_index).sum() / max(count, 1))


def cross_entropy_gradient(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    """The derivative of `cross_entropy` in each logit, (B, T, V); zeros where it is ignored."""
    is_counted = (targets != ignore_index)[..., None]
    is_target = np.arange(logits.shape[-1]) == targets[..., None]
    slopes = np.exp(log_probabilities(logits)) - is_target
    return np.where(is_counted, slopes, 0) / max(int(is_counted.sum()), 1)


def perplexity(logits: Floats, targets: Ids, ignore_index: int) -> float:
    """The exponential of the mean loss of all counted targets; 1 if there is none."""
    return float(np.exp(cross_entropy(logits, targets, ignore_index)))
