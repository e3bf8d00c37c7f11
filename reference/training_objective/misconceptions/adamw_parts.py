"""The parts of a right step of AdamW, from which the wrong ones are put together."""

from collections.abc import Sequence

import numpy as np

from reference.training_objective.optimizer import Floats


def means(gradient: Floats, m: Floats, v: Floats, betas: Sequence[float]) -> tuple[Floats, Floats]:
    """The running means of the gradient and of its square, with this gradient in them."""
    return (
        betas[0] * m + (1 - betas[0]) * gradient,
        betas[1] * v + (1 - betas[1]) * gradient**2,
    )


def corrected(m: Floats, v: Floats, betas: Sequence[float], step: int) -> tuple[Floats, Floats]:
    """The means, corrected for their beginning at 0; infinite or NaN for step 0."""
    kept = np.array(betas, dtype=np.float64) ** step
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (m / (1 - kept[0])).astype(m.dtype)
        return first, (v / (1 - kept[1])).astype(v.dtype)


def moved(weight: Floats, m: Floats, v: Floats, rate: float, eps: float, decay: float) -> Floats:
    """The weight after its decay and a step by these means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = weight - rate * decay * weight - rate * m / (np.sqrt(v) + eps)
    return result
