"""What people get wrong about how AdamW moves and decays a weight."""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.misconceptions.adamw_parts import corrected, means, moved
from reference.training_objective.optimizer import Floats, adamw_step

Triple = tuple[Floats, Floats, Floats]


@misconception(
    replaces=adamw_step,
    says="The decay is added to the gradient, as in Adam with L2.",
    hint="Is the decay of a weight divided by its root of v?",
    questions=["training.adamw-first-step"],
    differs_only="with a decay",
)
def decay_in_the_gradient(
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
    return adamw_step(weight, gradient + decay * weight, m, v, step, rate, betas, eps, 0.0)


@misconception(
    replaces=adamw_step,
    says="The weight loses `decay` of itself, whatever the rate.",
    hint="The rate is 0. Should the weights change?",
    questions=["training.adamw-first-step"],
    differs_only="with a decay",
)
def decay_without_rate(
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
    return adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay / rate)


@misconception(
    replaces=adamw_step,
    says="The weight does not decay.",
    hint="The gradient is 0 all the time. What becomes of the weight?",
    questions=["training.adamw-first-step"],
    differs_only="with a decay",
)
def no_decay(
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
    return adamw_step(weight, gradient, m, v, step, rate, betas, eps, 0.0)


@misconception(
    replaces=adamw_step,
    says="The decay is added to the weight.",
    hint="The gradient is 0 all the time. Does the weight shrink?",
    questions=["training.adamw-first-step"],
    differs_only="with a decay",
)
def decay_upwards(
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
    return adamw_step(weight, gradient, m, v, step, rate, betas, eps, -decay)


@misconception(
    replaces=adamw_step,
    says="The decay takes the same from each weight, whatever its size.",
    hint="A weight is nearly 0. How much does it lose?",
    questions=["training.adamw-first-step"],
    differs_only="with a decay",
)
def decay_by_sign(
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
    moved_weight, m, v = adamw_step(weight, gradient, m, v, step, rate, betas, eps, 0.0)
    return moved_weight - rate * decay * np.sign(weight), m, v


@misconception(
    replaces=adamw_step,
    says="The step goes along the gradient.",
    hint="Does the loss fall if a weight grows where its gradient is positive?",
    questions=["training.adamw-first-step"],
)
def uphill(
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
    moved_weight, m, v = adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay)
    kept = weight - rate * decay * weight
    return 2 * kept - moved_weight, m, v


@misconception(
    replaces=adamw_step,
    says="eps stands under the root.",
    hint="v is 0: what do you divide by, eps or its root?",
    questions=["training.adamw-first-step"],
)
def eps_in_the_root(
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
    return moved(weight, first, second + eps, rate, 0.0, decay), m, v


@misconception(
    replaces=adamw_step,
    says="eps is left out.",
    hint="A gradient is 0 from the first step on. What do you divide by?",
    questions=["training.adamw-first-step"],
)
def no_eps(
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
    return moved(weight, first, second, rate, 0.0, decay), m, v


@misconception(
    replaces=adamw_step,
    says="eps is 1e-8, whatever is given.",
    hint="Which of your function's arguments do you never use?",
    questions=["training.adamw-first-step"],
    differs_only="where another eps is given",
)
def always_the_usual_eps(
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
    return adamw_step(weight, gradient, m, v, step, rate, betas, 1e-8, decay)


@misconception(
    replaces=adamw_step,
    says="m is divided by v, without a root.",
    hint="Multiply all gradients by 10. Does your step stay the same?",
    questions=["training.adamw-first-step"],
)
def no_root(
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
    return moved(weight, first, second**2, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The weight moves by the mean of the gradients alone.",
    hint="Multiply all gradients by 10. Does your step stay the same?",
    questions=["training.adamw-first-step"],
)
def not_divided(
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
    first, _ = corrected(m, v, betas, step)
    return weight - rate * decay * weight - rate * first, m, v


@misconception(
    replaces=adamw_step,
    says="The weight moves by the gradient, divided by the root of v.",
    hint="What is m for, if your step does not read it?",
    questions=["training.adamw-first-step"],
    differs_only="after the first step",
)
def moves_by_the_gradient(
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
    _, second = corrected(m, v, betas, step)
    return moved(weight, gradient, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The weight moves by the gradient alone.",
    hint="Multiply all gradients by 10. Does your step stay the same?",
    questions=["training.adamw-first-step"],
)
def plain_descent(
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
    return weight - rate * decay * weight - rate * gradient, m, v


@misconception(
    replaces=adamw_step,
    says="I change the caller's weight and means.",
    hint="Print the arguments before and after the call. Who else may still read them?",
    questions=["training.adamw-first-step"],
    differs_only="in the weight and the means after the call",
)
def changes_its_input(
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
    for old, new in zip(
        (weight, m, v),
        adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay),
        strict=True,
    ):
        old[...] = new
    return weight, m, v


@equivalent(
    replaces=adamw_step,
    says="The rate is multiplied by both corrections, and eps by the second.",
)
def by_the_factor(
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
    root = np.sqrt(1 - betas[1] ** step)
    factor = rate * root / (1 - betas[0] ** step)
    return weight * (1 - rate * decay) - factor * m / (np.sqrt(v) + eps * root), m, v


@equivalent(
    replaces=adamw_step,
    says="The means move towards the gradient and its square by a share.",
)
def moved_by_differences(
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
    m = m + (gradient - m) * (1 - betas[0])
    v = v + (gradient**2 - v) * (1 - betas[1])
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), m, v


@equivalent(
    replaces=adamw_step,
    says="The weight decays after it has moved.",
)
def decays_after_the_step(
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
    stepped, m, v = adamw_step(weight, gradient, m, v, step, rate, betas, eps, 0.0)
    return stepped * (1 - rate * decay), m, v
