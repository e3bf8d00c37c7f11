"""Claims about the training objective, which are run on its right and wrong functions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.keys.registry import claim, prints
from reference.training_objective import gradients, loss, optimizer, targets
from reference.training_objective.misconceptions.catalogue import MISCONCEPTIONS

_WRONG = {entry.id: entry.wrong for entry in MISCONCEPTIONS}
_IGNORED = -100


def _versions(right: Any, ids: Sequence[str], *arguments: Any) -> dict[str, Any]:
    """What the right function makes of arguments, as `answer`, and what misconceptions do."""
    stage = right.__name__
    found = {f"{stage}.{name}": _WRONG[f"{stage}.{name}"](*arguments) for name in ids}
    return {"answer": right(*arguments), **found}


def _scored(rows: Sequence[Sequence[float]]) -> tuple[Any, Any]:
    """Logits by which the targets have these probabilities; rows end with ignored targets."""
    width = max(map(len, rows))
    chances = np.full((len(rows), width), 0.5)
    wanted = np.full((len(rows), width), _IGNORED)
    for row, given in enumerate(rows):
        chances[row, : len(given)] = given
        wanted[row, : len(given)] = 0
    return np.log(np.stack([chances, 1 - chances], axis=-1)), wanted


@prints(lambda text, start, length: {"row": list(text[start : start + length])})
@claim
def batch_rows(
    seed: int, *, text: Sequence[int] = (5, 8, 2, 9, 4, 7), start: int = 1, length: int = 3
) -> Mapping[str, bool]:
    """The targets of a row that begins at a start, by the text that is given.

    next: The targets are 2 9 4.
    same: The targets are 8 2 9, the row itself.
    before: The targets are 5 8 2.
    wrapped: The targets are 2 9 8, with the first token of the row at the end.
    """
    row, wanted = targets.batch_at(np.array(text), [start], length)
    if row.tolist() != [[8, 2, 9]]:
        raise ValueError(f"the options are about the row 8 2 9, not {row.tolist()}")
    options = {"next": [2, 9, 4], "same": [8, 2, 9], "before": [5, 8, 2], "wrapped": [2, 9, 8]}
    return {option: wanted[0].tolist() == ids for option, ids in options.items()}


@claim
def counted_targets(
    seed: int, *, prompt: int = 4, tokens: int = 9, padded: int = 14
) -> Mapping[str, float]:
    """How many shifted targets count, if those of the prompt and of padding are ignored."""
    shifted = np.arange(padded - 1)[None] + 1
    found = _versions(
        targets.mask_targets,
        (
            "prompt_counts",
            "padding_counts",
            "ignores_the_first_answer",
            "last_of_the_prompt_counts",
            "prompt_alone_counts",
        ),
        shifted,
        [prompt],
        [tokens],
        _IGNORED,
    )
    return {id_: int((masked != _IGNORED).sum()) for id_, masked in found.items()}


@claim
def mean_with_padding(
    seed: int,
    *,
    first: Sequence[float] = (1 / 2, 1 / 4, 1 / 8),
    second: Sequence[float] = (1 / 2,),
) -> Mapping[str, float]:
    """The loss of two rows whose targets have these probabilities; the rest is ignored."""
    logits, wanted = _scored([first, second])
    names = ("ignored_in_denominator", "mean_of_row_means", "total", "sum_by_rows", "log_base_two")
    return _versions(loss.cross_entropy, names, logits, wanted, _IGNORED)


@claim
def perplexity_of_three(
    seed: int, *, chances: Sequence[float] = (1 / 2, 1 / 4, 1 / 8)
) -> Mapping[str, float]:
    """The perplexity of targets that have these probabilities."""
    logits, wanted = _scored([chances])
    names = (
        "is_the_loss",
        "of_the_sum",
        "two_to_the_nats",
        "mean_of_exponentials",
        "upside_down",
        "by_the_mean_probability",
    )
    return _versions(loss.perplexity, names, logits, wanted, _IGNORED)


@claim
def gradient_of_parts(
    seed: int,
    *,
    slope_a: float = 4,
    count_a: int = 3,
    slope_b: float = 2,
    count_b: int = 9,
) -> Mapping[str, float]:
    """The gradient of the mean loss of a batch, from those of its two parts."""
    parts = [np.array([float(slope_a)]), np.array([float(slope_b)])]
    found = _versions(
        gradients.accumulate,
        ("mean_of_means", "adds_up", "of_the_sum", "divides_by_parts", "weighs_by_the_inverse"),
        parts,
        [count_a, count_b],
    )
    return {id_: float(value[0]) for id_, value in found.items()}


@claim
def clipped_entry(
    seed: int,
    *,
    first: Sequence[float] = (4, 4),
    second: Sequence[float] = (2,),
    limit: float = 3,
) -> Mapping[str, float]:
    """What becomes of the first entry of the first of two arrays by clipping."""
    arrays = [np.array(first, dtype=np.float64), np.array(second, dtype=np.float64)]
    names = (
        "each_by_its_own",
        "by_value",
        "sum_of_norms",
        "without_root",
        "always_to_one",
        "never_clips",
    )
    found = _versions(gradients.clip_by_global_norm, names, arrays, limit)
    return {id_: float(value[0][0]) for id_, value in found.items()}


@claim
def adamw_first_step(
    seed: int,
    *,
    weight: float = 2,
    gradient: float = 0.5,
    rate: float = 0.1,
    betas: Sequence[float] = (0.9, 0.999),
    decay: float = 0.1,
) -> Mapping[str, float]:
    """The weight after the first step of AdamW, with an eps of nearly nothing."""
    zero = np.zeros(1)
    names = ("no_correction", "no_decay", "decay_without_rate", "uphill", "not_divided", "no_root")
    settings = 1, rate, betas, 1e-12, decay
    given = np.array([float(weight)]), np.array([float(gradient)]), zero, zero
    found = _versions(optimizer.adamw_step, names, *given, *settings)
    return {id_: float(value[0][0]) for id_, value in found.items()}


@claim
def rate_of_a_step(
    seed: int,
    *,
    step: int = 6,
    largest: float = 1,
    smallest: float = 0.2,
    warmup: int = 4,
    total: int = 12,
) -> Mapping[str, float]:
    """The learning rate of a step after the warm-up."""
    names = (
        "falls_on_a_line",
        "cosine_from_zero",
        "falls_to_zero",
        "quarter_cosine",
        "cosine_too_slow",
        "smallest_rate_on_top",
    )
    return _versions(optimizer.learning_rate, names, step, largest, smallest, warmup, total)
