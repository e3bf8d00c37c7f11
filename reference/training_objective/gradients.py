"""Stages: gradients of several parts become one, and one that is not too long."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def accumulate(gradients: Sequence[Floats], counts: Sequence[int]) -> Floats:
    """The gradient of the mean loss of a batch, from those of its parts; of their shape.

    Args:
        gradients: of the mean loss of each part.
        counts: how many targets count in each part. If none does, the result is zeros.
    """
    total = max(sum(counts), 1)
    parts = [gradient * (count / total) for gradient, count in zip(gradients, counts, strict=True)]
    return np.asarray(np.sum(parts, axis=0))


def global_norm(gradients: Sequence[Floats]) -> float:
    """The length of all entries of all arrays as one vector."""
    return math.sqrt(sum(float(np.square(gradient).sum()) for gradient in gradients))


def clip_by_global_norm(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    """All gradients scaled by one factor, so that their global norm is at most `max_norm`.

    Args:
        gradients: arrays of any shapes, one for each parameter. Shorter ones stay as they are.
    """
    norm = global_norm(gradients)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [gradient * factor for gradient in gradients]
