"""What people get wrong about the two running means of AdamW, and their correction."""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import misconception
from reference.training_objective.misconceptions.adamw_parts import corrected, means, moved
from reference.training_objective.optimizer import Floats, adamw_step

Triple = tuple[Floats, Floats, Floats]


@misconception(
    replaces=adamw_step,
    says="The running means are used as they are, without the correction for the first steps.",
    hint="After the very first step, how large is m beside the gradient?",
    questions=["training.adamw-first-step"],
)
def no_correction(
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
    return moved(weight, m, v, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="Only the mean of the gradients is corrected.",
    hint="After the very first step, how large is v beside the square of the gradient?",
    questions=["training.adamw-first-step"],
)
def corrects_m_alone(
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
    return moved(weight, m / (1 - betas[0] ** step), v, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="Only the mean of the squares is corrected.",
    hint="After the very first step, how large is m beside the gradient?",
    questions=["training.adamw-first-step"],
)
def corrects_v_alone(
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
    return moved(weight, m, v / (1 - betas[1] ** step), rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The correction counts one step more than there were.",
    hint="At the first step: what do you divide m by, and what share of m is the gradient?",
    questions=["training.adamw-first-step"],
)
def counts_one_more(
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
    return adamw_step(weight, gradient, m, v, step + 1, rate, betas, eps, decay)


@misconception(
    replaces=adamw_step,
    says="The correction counts the steps before this one, 0 at the first.",
    hint="At the first step: what do you divide m by?",
    questions=["training.adamw-first-step"],
)
def counts_one_less(
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
    first, second = corrected(m, v, betas, step - 1)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The correction is the product of beta and the step, not the power.",
    hint="What is your correction after a thousand steps? What should it go to?",
    questions=["training.adamw-first-step"],
)
def corrects_by_products(
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
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = m / (1 - betas[0] * step), v / (1 - betas[1] * step)
        return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The corrected means are kept for the next step.",
    hint="At the second step, do you correct the mean itself, or one that was corrected before?",
    questions=["training.adamw-first-step"],
)
def keeps_corrected(
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
    return (weight, *corrected(m, v, betas, step))


@misconception(
    replaces=adamw_step,
    says="The weight moves, and the running means stay what they were.",
    hint="What will the next step know of this gradient?",
    questions=["training.adamw-first-step"],
)
def keeps_the_old_means(
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
    return adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay)[0], m.copy(), v.copy()


@misconception(
    replaces=adamw_step,
    says="The weight moves by the means as they were before this gradient.",
    hint="At the first step, both means are 0. Does your weight move?",
    questions=["training.adamw-first-step"],
)
def moves_by_the_old_means(
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
    _, new_m, new_v = adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay)
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), new_m, new_v


@misconception(
    replaces=adamw_step,
    says="The whole gradient is added to m, as momentum does.",
    hint="The gradient is 1 at every step. Where does your m go?",
    questions=["training.adamw-first-step"],
)
def adds_the_whole_gradient(
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
    m = betas[0] * m + gradient
    v = means(gradient, m, v, betas)[1]
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The whole square is added to v.",
    hint="The gradient is 1 at every step. Where does your v go?",
    questions=["training.adamw-first-step"],
)
def adds_the_whole_square(
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
    v = betas[1] * v + gradient**2
    m = means(gradient, m, v, betas)[0]
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The first beta belongs to v, and the second one to m.",
    hint="Which of the two means has the longer memory? Which does in your code?",
    questions=["training.adamw-first-step"],
)
def betas_exchanged(
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
    return adamw_step(weight, gradient, m, v, step, rate, betas[::-1], eps, decay)


@misconception(
    replaces=adamw_step,
    says="The old mean weighs 1 - beta, and the gradient weighs beta.",
    hint="With beta 0.9: how much of a mean is left after ten steps of yours?",
    questions=["training.adamw-first-step"],
)
def weights_exchanged(
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
    return adamw_step(weight, gradient, m, v, step, rate, [1 - b for b in betas], eps, decay)


@misconception(
    replaces=adamw_step,
    says="v is the mean of the absolute values.",
    hint="Which unit does v have, and which one has its root?",
    questions=["training.adamw-first-step"],
)
def absolute_values(
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
    m, _ = means(gradient, m, v, betas)
    v = betas[1] * v + (1 - betas[1]) * np.abs(gradient)
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="v is the mean of the squares of m.",
    hint="The gradient is 1 and -1 in turn. How large should v be, and how large is yours?",
    questions=["training.adamw-first-step"],
)
def squares_of_m(
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
    m, _ = means(gradient, m, v, betas)
    v = betas[1] * v + (1 - betas[1]) * m**2
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="v is the mean of the squared distances from m, a variance.",
    hint="The gradient is 1 at every step. How large should v be, and how large is yours?",
    questions=["training.adamw-first-step"],
)
def squares_around_m(
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
    m, _ = means(gradient, m, v, betas)
    v = betas[1] * v + (1 - betas[1]) * (gradient - m) ** 2
    first, second = corrected(m, v, betas, step)
    return moved(weight, first, second, rate, eps, decay), m, v


@misconception(
    replaces=adamw_step,
    says="The betas are 0.9 and 0.999, whatever is given.",
    hint="Which of your function's arguments do you never use?",
    questions=["training.adamw-first-step"],
    differs_only="where other betas are given",
)
def always_the_usual_betas(
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
    return adamw_step(weight, gradient, m, v, step, rate, (0.9, 0.999), eps, decay)
