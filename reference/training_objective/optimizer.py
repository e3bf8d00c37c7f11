"""Stages: one step of AdamW, and the learning rate of a step."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def adamw_step(
    weight: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    step: int,
    rate: float,
    betas: Sequence[float],
    eps: float,
    decay: float,
) -> tuple[Floats, Floats, Floats]:
    """The weight and the two running means after a step; all of one shape.

    Args:
        m: the running mean of gradients, before the step.
        v: the running mean of their squares.
        step: 1 for the first one.
        betas: how much of `m` and of `v` is kept.
        eps: is added to the square root.
        decay: the weight loses `rate * decay` of itself, apart from the gradient.
    """
    m = betas[0] * m + (1 - betas[0]) * gradient
    v = betas[1] * v + (1 - betas[1]) * gradient**2
    corrected_m, corrected_v = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    direction = corrected_m / (np.sqrt(corrected_v) + eps)
    return weight - rate * decay * weight - rate * direction, m, v


def learning_rate(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    """The rate of a step: a line from 0 up to `max_rate`, then half a cosine to `min_rate`.

    Args:
        step: 0 or more; `max_rate` is reached at `warmup_steps`, `min_rate` at `total_steps`.
        warmup_steps: may be 0; fewer than `total_steps`.
    """
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return min_rate + (max_rate - min_rate) * (1 + math.cos(math.pi * progress)) / 2
