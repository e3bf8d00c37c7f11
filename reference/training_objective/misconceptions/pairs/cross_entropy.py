"""The loss in parts: what is compared, what counts, the loss of a target, and the mean.

B batch, T time, V vocabulary.
"""

import math
from collections.abc import Callable

import numpy as np

from grader.subject.composition import Composition, Parts, as_is, idle
from reference.training_objective.loss import Floats, Ids, log_probabilities

Counted = tuple[Ids, Ids]  # columns of the targets, and whether each of them counts, (B, T)


def in_parts(part: Parts, logits: Floats, targets: Ids, ignore_index: int) -> float:
    logits, targets = part["align"](logits, targets)
    columns, is_counted = part["counted"](targets, ignore_index)
    columns = np.where(is_counted, columns, 0) % logits.shape[-1]
    losses = part["loss"](part["logarithms"](logits), columns)  # (B, T)
    mean = part["spread"](part["mean"](losses, is_counted), logits.shape[-1])
    return float(part["sign"](part["unit"](mean)))


def _sum(losses: Floats, is_counted: Ids) -> float:
    return float(np.where(is_counted, losses, 0).sum())


def _mean(losses: Floats, is_counted: Ids) -> float:
    return _sum(losses, is_counted) / max(int(is_counted.sum()), 1)


def _at(values: Floats, columns: Ids) -> Floats:
    result: Floats = np.take_along_axis(values, columns[..., None], axis=-1)[..., 0]
    return result


def _minus_logarithm(logarithms: Floats, columns: Ids) -> Floats:
    return -_at(logarithms, columns)


def _unstable(logits: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exponentials = np.exp(logits)
        result: Floats = np.log(exponentials / exponentials.sum(axis=-1, keepdims=True))
    return result


def _of_softmax(logits: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        result: Floats = np.log(np.exp(log_probabilities(logits)))
    return result


def _over_time(logits: Floats) -> Floats:
    return log_probabilities(logits.swapaxes(1, 2)).swapaxes(1, 2)


def _smoothed(logarithms: Floats, columns: Ids) -> Floats:
    result: Floats = -(0.9 * _at(logarithms, columns) + 0.1 * logarithms.mean(axis=-1))
    return result


def _binary(logarithms: Floats, columns: Ids) -> Floats:
    shares = np.minimum(np.exp(logarithms), 1 - 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        others = np.log1p(-shares).sum(axis=-1) - np.log1p(-_at(shares, columns))
    result: Floats = -_at(logarithms, columns) - others
    return result


def _log_of_mean(losses: Floats, is_counted: Ids) -> float:
    mean = _mean(np.exp(-losses), is_counted)
    return -math.log(mean) if mean else 0.0


def _of_row_means(losses: Floats, is_counted: Ids) -> float:
    sums = np.where(is_counted, losses, 0).sum(axis=1)
    return float((sums / np.maximum(is_counted.sum(axis=1), 1)).mean())


def _turned(logits: Floats, targets: Ids) -> tuple[Floats, Ids]:
    return logits.transpose(1, 0, 2).reshape(logits.shape), targets


def _marked_by(counts: Callable[[Ids, int], Ids]) -> Parts:
    return {"counted": lambda targets, ignore_index: (targets, counts(targets, ignore_index))}


def _ignored_as_zero(targets: Ids, ignore_index: int) -> Counted:
    return np.where(targets != ignore_index, targets, 0), np.ones(targets.shape, dtype=bool)


_RIGHT: Parts = {
    "align": lambda logits, targets: (logits, targets),
    "counted": lambda targets, ignore_index: (targets, targets != ignore_index),
    "logarithms": log_probabilities,
    "loss": _minus_logarithm,
    "mean": _mean,
    "spread": as_is,
    "unit": as_is,
    "sign": as_is,
}


_BY_VALUE: dict[str, Parts] = {
    "log_base_two": {"unit": lambda mean: mean / math.log(2)},
    "sign": {"sign": lambda mean: -mean},
    "softmax_twice": {"logarithms": lambda x: log_probabilities(np.exp(log_probabilities(x)))},
    "unstable": {"logarithms": _unstable},
    "log_of_softmax": {"logarithms": _of_softmax},
    "tiny_number_added": {
        "logarithms": lambda logits: np.log(np.exp(log_probabilities(logits)) + 1e-9)
    },
    "softmax_over_time": {"logarithms": _over_time},
    "log_of_mean": {"mean": _log_of_mean, **idle(_RIGHT, "loss")},
    "label_smoothing": {"loss": _smoothed},
    "no_logarithm": {
        "loss": lambda logarithms, columns: 1 - np.exp(_at(logarithms, columns)),
        **idle(_RIGHT, "unit", "sign"),
    },
    "no_softmax": {"logarithms": as_is, **idle(_RIGHT, "loss", "unit", "sign")},
    "of_the_most_probable": {"loss": lambda logarithms, columns: -logarithms.max(axis=-1)},
    "binary_for_each_token": {"loss": _binary},
}

_BY_MEAN: dict[str, Parts] = {
    "ignored_in_denominator": {
        "mean": lambda losses, is_counted: _sum(losses, is_counted) / losses.size
    },
    "ignored_as_zero": {"counted": _ignored_as_zero},
    "mean_of_row_means": {"mean": _of_row_means},
    # A sum is no mean, over whatever it might run.
    "total": {"mean": _sum, **idle(_RIGHT, "spread")},
    "sum_by_rows": {
        "mean": lambda losses, is_counted: _sum(losses, is_counted) / len(losses),
        **idle(_RIGHT, "spread"),
    },
    "divides_by_vocabulary": {"spread": lambda mean, width: mean / width},
    "last_position_only": {"align": lambda logits, targets: (logits[:, -1:], targets[:, -1:])},
    "shifts_again": {"align": lambda logits, targets: (logits[:, :-1], targets[:, 1:])},
    "flattened_otherwise": {"align": _turned},
    "zero_never_counts": _marked_by(lambda targets, i: (targets != i) & (targets != 0)),
    "always_minus_hundred": _marked_by(lambda targets, i: targets != -100),
    "nothing_counts_is_nan": {
        "mean": lambda losses, is_counted: (
            _mean(losses, is_counted) if is_counted.any() else math.nan
        )
    },
}

COMPOSITION = Composition(in_parts, right=_RIGHT, wrong={**_BY_VALUE, **_BY_MEAN})
