"""What people get wrong about what AdamW hands back, and about steps after the first."""

from collections.abc import Sequence

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
