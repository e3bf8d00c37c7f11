"""A step of AdamW in parts: the two means, their correction, the move, the decay, what is kept."""

from collections.abc import Sequence

import numpy as np

from grader.subject.composition import Composition, Parts, as_is, idle
from reference.training_objective.optimizer import Floats


def in_parts(
    part: Parts,
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
    first_beta, second_beta = part["betas"](betas)
    taken, count = part["gradient"](gradient, weight, decay), part["count"](step)
    new_m = part["mean"](m, taken, first_beta)
    new_v = part["mean_square"](v, taken, second_beta, new_m)
    read_m, read_v = part["read"](new_m, new_v, m, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected_m = part["correct_m"](read_m, first_beta, count)
        corrected_v = part["correct_v"](read_v, second_beta, count)
        divisor = part["divisor"](corrected_v, part["eps"](eps))
        move = part["direction"](rate * part["numerator"](corrected_m, taken) / divisor)
        moved = weight - part["decay"](weight, rate, decay) - move
    kept_m, kept_v = part["kept"](new_m, new_v, m, v, corrected_m, corrected_v)
    return moved, kept_m, kept_v


def _mean(old: Floats, gradient: Floats, beta: float) -> Floats:
    return beta * old + (1 - beta) * gradient


def _mean_square(old: Floats, gradient: Floats, beta: float, _: Floats) -> Floats:
    return _mean(old, gradient**2, beta)


def _corrected(mean: Floats, beta: float, count: int) -> Floats:
    result: Floats = (mean / (1 - np.float64(beta) ** count)).astype(mean.dtype)
    return result


def _by_product(mean: Floats, beta: float, count: int) -> Floats:
    result: Floats = (mean / (1 - np.float64(beta) * count)).astype(mean.dtype)
    return result


def _new(new_m: Floats, new_v: Floats, *_: Floats) -> tuple[Floats, Floats]:
    return new_m, new_v


def _old(new_m: Floats, new_v: Floats, m: Floats, v: Floats, *_: Floats) -> tuple[Floats, Floats]:
    return m.copy(), v.copy()


_RIGHT: Parts = {
    "betas": as_is,
    "gradient": as_is,
    "count": as_is,
    "mean": _mean,
    "mean_square": _mean_square,
    "read": _new,
    "correct_m": _corrected,
    "correct_v": _corrected,
    "eps": as_is,
    "divisor": lambda v, eps: np.sqrt(v) + eps,
    "numerator": as_is,
    "direction": as_is,
    "decay": lambda weight, rate, decay: rate * decay * weight,
    "kept": _new,
}


_BY_MEANS: dict[str, Parts] = {
    "no_correction": {"correct_m": as_is, "correct_v": as_is, **idle(_RIGHT, "count")},
    "corrects_m_alone": {"correct_v": as_is},
    "corrects_v_alone": {"correct_m": as_is},
    "counts_one_more": {"count": lambda step: step + 1},
    "counts_one_less": {"count": lambda step: step - 1},
    "corrects_by_products": {"correct_m": _by_product, "correct_v": _by_product},
    "keeps_corrected": {
        "kept": lambda new_m, new_v, m, v, first, second: (first, second),
        **idle(_RIGHT, "read"),
    },
    "corrects_as_at_first": {"count": lambda step: 1},
    "means_exchanged": {"kept": lambda new_m, new_v, *_: (new_v, new_m)},
    "keeps_the_old_means": {"kept": _old},
    "moves_by_the_old_means": {"read": _old},
    "adds_the_whole_gradient": {"mean": lambda m, gradient, beta: beta * m + gradient},
    "adds_the_whole_square": {
        "mean_square": lambda v, gradient, beta, new_m: beta * v + gradient**2
    },
    "betas_exchanged": {"betas": lambda betas: betas[::-1]},
    "weights_exchanged": {"betas": lambda betas: [1 - beta for beta in betas]},
    "absolute_values": {
        "mean_square": lambda v, gradient, beta, new_m: _mean(v, np.abs(gradient), beta)
    },
    "squares_of_m": {"mean_square": lambda v, gradient, beta, new_m: _mean(v, new_m**2, beta)},
    "squares_around_m": {
        "mean_square": lambda v, gradient, beta, new_m: _mean(v, (gradient - new_m) ** 2, beta)
    },
    "always_the_usual_betas": {"betas": lambda betas: (0.9, 0.999)},
}

_BY_MOVE: dict[str, Parts] = {
    "decay_in_the_gradient": {
        "gradient": lambda gradient, weight, decay: gradient + decay * weight,
        "decay": lambda weight, rate, decay: 0.0,
    },
    "decay_without_rate": {"decay": lambda weight, rate, decay: decay * weight},
    "no_decay": {"decay": lambda weight, rate, decay: 0.0},
    "decay_upwards": {"decay": lambda weight, rate, decay: -rate * decay * weight},
    "decay_by_sign": {"decay": lambda weight, rate, decay: rate * decay * np.sign(weight)},
    "uphill": {"direction": lambda move: -move},
    "eps_in_the_root": {"divisor": lambda v, eps: np.sqrt(v + eps)},
    "no_eps": {"divisor": lambda v, eps: np.sqrt(v), **idle(_RIGHT, "eps")},
    "always_the_usual_eps": {"eps": lambda eps: 1e-8},
    "no_root": {"divisor": lambda v, eps: v + eps},
    "not_divided": {"divisor": lambda v, eps: 1.0, **idle(_RIGHT, "eps", "correct_v")},
    "moves_by_the_gradient": {
        "numerator": lambda m, gradient: gradient,
        **idle(_RIGHT, "correct_m"),
    },
    "plain_descent": {
        "numerator": lambda m, gradient: gradient,
        "divisor": lambda v, eps: 1.0,
        **idle(_RIGHT, "read", "count", "correct_m", "correct_v", "eps"),
    },
}

COMPOSITION = Composition(in_parts, right=_RIGHT, wrong={**_BY_MEANS, **_BY_MOVE})
