"""The attention weights in parts: roles, score, mask, softmax, and what may come after it."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.attention import causal_mask
from reference.decoder.softmax import softmax


def in_parts(part: Parts, queries: Tensor, keys: Tensor) -> Tensor:
    queries, keys = part["roles"](queries, keys)
    weights = part["normalize"](part["hide"](part["score"](queries, keys)))
    result: Tensor = part["rescale"](part["cut"](weights), queries)
    return result


def products(queries: Tensor, keys: Tensor) -> Tensor:
    return queries @ keys.transpose(-2, -1)


def scaled(queries: Tensor, keys: Tensor) -> Tensor:
    return products(queries, keys) / math.sqrt(queries.shape[-1])


def masked(scores: Tensor) -> Tensor:
    return _filled(scores, -math.inf)


def _filled(scores: Tensor, value: float) -> Tensor:
    return scores.masked_fill(~causal_mask(scores.shape[-1]), value)


def _times(factor: Callable[[Tensor], float]) -> Parts:
    return {"score": lambda queries, keys: products(queries, keys) * factor(queries)}


def _seen(visible: Callable[[Tensor], Tensor]) -> Parts:
    """Which keys are seen, made of the right triangle."""

    def hide(scores: Tensor) -> Tensor:
        return scores.masked_fill(~visible(causal_mask(scores.shape[-1])), -math.inf)

    return {"hide": hide}


def _with_fill(value: float) -> Parts:
    return {"hide": lambda scores: _filled(scores, value)}


def _cosines(queries: Tensor, keys: Tensor) -> Tensor:
    lengths: Tensor = queries.norm(dim=-1).unsqueeze(-1) * keys.norm(dim=-1).unsqueeze(-2)
    return products(queries, keys) / lengths


def _less_ten(scores: Tensor) -> Tensor:
    return torch.where(causal_mask(scores.shape[-1]), scores, scores - 10)


def _over(axis: int) -> Parts:
    return {"normalize": lambda scores: softmax(scores.transpose(axis, -1)).transpose(axis, -1)}


def _over_both(scores: Tensor) -> Tensor:
    return softmax(scores.flatten(-2)).reshape(scores.shape)


def _as_given(queries: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
    return queries, keys


COMPOSITION = Composition(
    in_parts,
    right={
        "roles": _as_given,
        "score": scaled,
        "hide": masked,
        "normalize": softmax,
        "cut": as_is,
        "rescale": as_is,
    },
    wrong={
        "no_scale": {"score": products},
        "scale_by_model_width": _times(lambda q: 1 / math.sqrt(q.shape[-3] * q.shape[-1])),
        "scale_without_root": _times(lambda q: 1 / q.shape[-1]),
        "scale_multiplied": _times(lambda q: math.sqrt(q.shape[-1])),
        "scale_by_length": _times(lambda q: 1 / math.sqrt(q.shape[-2])),
        "scale_after_softmax": {
            "score": products,
            "rescale": lambda weights, queries: weights / math.sqrt(queries.shape[-1]),
        },
        "cosine_scores": {"score": _cosines},
        "uniform": {
            "score": lambda queries, keys: torch.zeros_like(products(queries, keys)),
            "roles": _as_given,
        },
        "roles_swapped": {"roles": lambda queries, keys: (keys, queries)},
        "no_mask": {"hide": as_is},
        "mask_transposed": _seen(lambda visible: visible.T),
        "mask_inverted": _seen(lambda visible: ~visible),
        "mask_strict": _seen(lambda visible: visible.tril(-1)),
        "mask_one_late": _seen(lambda visible: torch.ones_like(visible).tril(1)),
        "mask_zero_fill": {"hide": torch.tril},
        "mask_tiny_fill": _with_fill(1e-9),
        "mask_small_penalty": {"hide": _less_ten},
        "mask_fill_too_small": _with_fill(-100.0),
        "mask_adds_ones": {"hide": lambda scores: scores + torch.ones_like(scores).tril()},
        "mask_plus_infinity": _with_fill(math.inf),
        "mask_times_infinity": {
            "hide": lambda scores: scores + torch.ones_like(scores).triu(1) * -math.inf
        },
        "mask_bitwise_not": {
            "hide": lambda scores: torch.full_like(scores, -1e9),
            "score": scaled,
            "roles": _as_given,
        },
        "mask_after_softmax": {"hide": as_is, "cut": torch.tril},
        "softmax_over_queries": _over(-2),
        "softmax_over_heads": _over(-3),
        "softmax_over_both_axes": {"normalize": _over_both},
        "no_softmax": {"normalize": as_is},
    },
)
