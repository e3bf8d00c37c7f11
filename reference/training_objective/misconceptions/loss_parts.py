"""The parts of a right loss, from which the wrong ones are put together.

B batch, T time, V vocabulary.
"""

import numpy as np

from reference.training_objective.loss import Floats, Ids, log_probabilities, token_losses


def counted(targets: Ids, ignore_index: int) -> Ids:
    """Whether each target counts, (B, T)."""
    is_counted: Ids = targets != ignore_index
    return is_counted


def number(targets: Ids, ignore_index: int) -> int:
    """How many targets count; 1 if none does, so that one can divide by it."""
    return max(int(counted(targets, ignore_index).sum()), 1)


def counted_losses(logits: Floats, targets: Ids, ignore_index: int) -> Floats:
    """The losses of the counted targets, one after the other."""
    losses = token_losses(logits, targets, ignore_index)
    return losses[counted(targets, ignore_index)]


def mean_of(values: Floats, targets: Ids, ignore_index: int) -> float:
    """The mean of (B, T) values over the counted targets."""
    is_counted = counted(targets, ignore_index)
    return float(np.where(is_counted, values, 0).sum() / number(targets, ignore_index))


def columns(targets: Ids, ignore_index: int) -> Ids:
    """The targets, with 0 where they are ignored, (B, T, 1)."""
    return np.where(counted(targets, ignore_index), targets, 0)[..., None]


def of_targets(values: Floats, targets: Ids, ignore_index: int) -> Floats:
    """Of (B, T, V) values those of the targets, (B, T)."""
    return np.take_along_axis(values, columns(targets, ignore_index), axis=-1)[..., 0]


def probabilities(logits: Floats) -> Floats:
    """Softmax over the vocabulary, (B, T, V)."""
    return np.exp(log_probabilities(logits))


def one_hot(targets: Ids, width: int) -> Floats:
    """1 at the target, (B, T, V); zeros where it is no id."""
    return np.asarray(np.arange(width) == targets[..., None], dtype=np.float64)
