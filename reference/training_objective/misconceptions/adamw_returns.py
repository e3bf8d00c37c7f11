"""What people get wrong about what AdamW hands back, and about steps after the first."""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import misconception
from reference.training_objective.misconceptions.adamw_parts import corrected, means, moved
from reference.training_objective.optimizer import Floats, adamw_step

Triple = tuple[Floats, Floats, Floats]


@misconception(
    replaces=adamw_step,
    says="The mean of the squares comes back before that of the gradients.",
    hint="In which order does the handout list what comes back?",
    questions=["training.adamw-first-step"],
)
def means_exchanged(
    weight: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    step: int,
    rate: float,
    betas: Sequence[float],
    eps: float,
    decay: float,
) -> Triple:
    weight, m, v = adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay)
    return weight, v, m


@misconception(
    replaces=adamw_step,
    says="The correction is that of the first step, in every step.",
    hint="After a thousand steps, how much is there to be corrected?",
    questions=["training.adamw-first-step"],
    differs_only="after the first step",
)
def corrects_as_at_first(
    weight: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    step: int,
    rate: float,
    betas: Sequence[float],
    eps: float,
    decay: float,
) -> Triple:
    m, v = means(gradient, m, v, betas)
    first, second = corrected(m, v, betas, 1)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="eps is the smallest root that is allowed, and is not added to larger ones.",
    hint="Is your divisor larger than the root where the root is large?",
    questions=["training.adamw-first-step"],
    differs_only="where eps matters",
)
def eps_is_a_floor(
    weight: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    step: int,
    rate: float,
    betas: Sequence[float],
    eps: float,
    decay: float,
) -> Triple:
    m, v = means(gradient, m, v, betas)
    first, second = corrected(m, v, betas, step)
    # What is divided by the square's root and nothing more.
    return moved(weight, first, np.maximum(second, eps**2), rate, 0.0, decay), m, v


@misconception(
    replaces=adamw_step,
    says="v never falls: the larger one of the old and the new v is kept.",
    hint="The gradients have become small. Does your v follow?",
    questions=["training.adamw-first-step"],
    differs_only="where v falls",
)
def v_never_falls(
    weight: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    step: int,
    rate: float,
    betas: Sequence[float],
    eps: float,
    decay: float,
) -> Triple:
    new_m, new_v = means(gradient, m, v, betas)
    new_v = np.maximum(v, new_v)
    first, second = corrected(new_m, new_v, betas, step)
    return moved(weight, first, second, rate, eps, decay), new_m, new_v


@misconception(
    replaces=adamw_step,
    says="What comes back as v is its root.",
    hint="What does the next step take for v, the mean of squares or its root?",
    questions=["training.adamw-first-step"],
)
def returns_the_root(
    weight: Floats,
    gradient: Floats,
    m: Floats,
    v: Floats,
    step: int,
    rate: float,
    betas: Sequence[float],
    eps: float,
    decay: float,
) -> Triple:
    weight, m, v = adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay)
    return weight, m, np.sqrt(v)
