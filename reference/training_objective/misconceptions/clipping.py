"""What people get wrong about clipping by the global norm."""

import math
from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.gradients import Floats, clip_by_global_norm, global_norm


def _norms(gradients: Sequence[Floats]) -> list[float]:
    return [global_norm([gradient]) for gradient in gradients]


def _clipped(gradients: Sequence[Floats], max_norm: float, size: float) -> list[Floats]:
    """Clipped as if the global norm were `size`."""
    factor = max_norm / size if size > max_norm else 1.0
    return [gradient * factor for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="Each array is clipped by its own norm.",
    hint="Does your result point in the same direction as the gradients did?",
    questions=["training.global-norm"],
    differs_only="with more than one array",
)
def each_by_its_own(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return [clip_by_global_norm([gradient], max_norm)[0] for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="Each entry is cut off at the largest norm and its negative.",
    hint="Does your result point in the same direction as the gradients did?",
    questions=["training.global-norm"],
)
def by_value(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return [np.clip(gradient, -max_norm, max_norm) for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="The gradients are scaled to the given norm, shorter ones too.",
    hint="What becomes of gradients that are nearly 0 at the end of training?",
    questions=["training.global-norm"],
    differs_only="for gradients that are shorter than allowed",
)
def lengthens_short_ones(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    norm = global_norm(gradients)
    return [gradient * (max_norm / norm if norm else math.nan) for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="The norm is the sum of the squares, without a root.",
    hint="A single gradient is 3. What is its norm?",
    questions=["training.global-norm"],
)
def without_root(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return _clipped(gradients, max_norm, global_norm(gradients) ** 2)


@misconception(
    replaces=clip_by_global_norm,
    says="The global norm is the sum of the norms of the arrays.",
    hint="Two arrays have the norms 3 and 4. How long is the vector of both?",
    questions=["training.global-norm"],
    differs_only="with more than one array",
)
def sum_of_norms(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return _clipped(gradients, max_norm, sum(_norms(gradients)))


@misconception(
    replaces=clip_by_global_norm,
    says="The global norm is the largest norm of an array.",
    hint="Two arrays have the norms 3 and 4. How long is the vector of both?",
    questions=["training.global-norm"],
    differs_only="with more than one array",
)
def largest_norm(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return _clipped(gradients, max_norm, max(_norms(gradients)))


@misconception(
    replaces=clip_by_global_norm,
    says="The global norm is the mean of the norms of the arrays.",
    hint="Cut one array into two. Should the global norm change?",
    questions=["training.global-norm"],
    differs_only="with more than one array",
)
def mean_of_norms(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return _clipped(gradients, max_norm, float(np.mean(_norms(gradients))))


@misconception(
    replaces=clip_by_global_norm,
    says="The norm is the sum of the absolute values.",
    hint="A vector is (3, 4). How long is it?",
    questions=["training.global-norm"],
    differs_only="with more than one entry",
)
def sum_of_absolutes(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    total = sum(float(np.abs(gradient).sum()) for gradient in gradients)
    return _clipped(gradients, max_norm, total)


@misconception(
    replaces=clip_by_global_norm,
    says="The norm is the largest absolute value.",
    hint="A vector is (3, 4). How long is it?",
    questions=["training.global-norm"],
    differs_only="with more than one entry",
)
def largest_entry(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    largest = max(float(np.abs(gradient).max()) for gradient in gradients)
    return _clipped(gradients, max_norm, largest)


@misconception(
    replaces=clip_by_global_norm,
    says="The norm is the root of the mean square.",
    hint="Add a parameter whose gradient is 0. Should the norm become smaller?",
    questions=["training.global-norm"],
    differs_only="with more than one entry",
)
def root_of_the_mean(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    number = sum(gradient.size for gradient in gradients)
    return _clipped(gradients, max_norm, global_norm(gradients) / math.sqrt(number))


@misconception(
    replaces=clip_by_global_norm,
    says="Gradients that are too long are scaled to the norm 1.",
    hint="What is the norm of your result, and what was asked for?",
    questions=["training.global-norm"],
    differs_only="where the norm that is asked for is not 1",
)
def always_to_one(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    norm = global_norm(gradients)
    return [gradient / (norm if norm > max_norm else 1.0) for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="Gradients that are too long are dropped.",
    hint="In which direction does the step go after your clipping?",
    questions=["training.global-norm"],
    differs_only="for gradients that are longer than allowed",
)
def drops_long_ones(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    keeps = global_norm(gradients) <= max_norm
    return [gradient * keeps for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="Gradients that are too long stay as they are.",
    hint="What is the norm of your result?",
    questions=["training.global-norm"],
    differs_only="for gradients that are longer than allowed",
)
def never_clips(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    return [gradient.copy() for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="Gradients are scaled by the root of the factor that would do.",
    hint="What is the norm of your result? What does a factor do to a norm?",
    questions=["training.global-norm"],
    differs_only="for gradients that are longer than allowed",
)
def root_of_the_factor(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    factor = math.sqrt(max_norm / max(global_norm(gradients), max_norm))
    return [gradient * factor for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="I scale the caller's arrays.",
    hint="Print the gradients before and after the call. Who else may still read them?",
    questions=["training.global-norm"],
    differs_only="in the gradients after the call",
)
def changes_its_input(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    clipped = clip_by_global_norm(gradients, max_norm)
    for gradient, new in zip(gradients, clipped, strict=True):
        gradient[...] = new
    return list(gradients)


@equivalent(
    replaces=clip_by_global_norm,
    says="The norm of the norms of the arrays, and a factor of at most 1.",
)
def norm_of_norms(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    factor = min(1.0, max_norm / max(math.hypot(*_norms(gradients)), 1e-12))
    return [gradient * factor for gradient in gradients]


@equivalent(
    replaces=clip_by_global_norm,
    says="A millionth is added to the norm, as PyTorch does.",
    where="as long as the norm is not small itself",
)
def millionth_added(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    factor = min(1.0, max_norm / (global_norm(gradients) + 1e-6))
    return [gradient * factor for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="The factor is the norm over the largest norm.",
    hint="The norm is twice the largest one. Do your gradients become shorter?",
    questions=["training.global-norm"],
)
def factor_upside_down(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    factor = min(1.0, global_norm(gradients) / max_norm)
    return [gradient * factor for gradient in gradients]


@misconception(
    replaces=clip_by_global_norm,
    says="Long gradients stay as they are, and short ones are scaled.",
    hint="The norm is twice the largest one. What does your function do?",
    questions=["training.global-norm"],
)
def scales_the_short_ones(gradients: Sequence[Floats], max_norm: float) -> list[Floats]:
    norm = global_norm(gradients)
    factor = max_norm / norm if 0 < norm < max_norm else 1.0
    return [gradient * factor for gradient in gradients]
