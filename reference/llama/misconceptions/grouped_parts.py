"""Grouped attention in parts, and what each mistake has in their place.

B batch, h query heads, g groups, T queries, S keys, D width of a head.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from reference.decoder.softmax import softmax
from reference.llama.grouped_attention import visible


def in_parts(part: Mapping[str, Any], queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    shared = queries.shape[1] // keys.shape[1]  # query heads of a group
    keys = part["keys"](keys, shared)  # (B, h, S, D)
    scores = part["score"](part["queries"](queries, shared), keys, shared)  # (B, h, T, S)
    weights = part["cut"](part["normalize"](part["hide"](scores)))
    mixed = part["mix"](weights, part["values"](values, shared), keys)
    result: Tensor = part["join"](mixed, shared)  # (B, h, T, D)
    return result


def wrong(name: str, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """The stage with one mistake."""
    return in_parts({**RIGHT, **WRONG[name]}, queries, keys, values)


def _as_is(value: Any, *_: object) -> Any:
    return value


def _for_neighbours(x: Tensor, shared: int) -> Tensor:
    return x.repeat_interleave(shared, dim=1)


def _in_turn(x: Tensor, shared: int) -> Tensor:
    return x.repeat(1, shared, 1, 1)


def _along_time(x: Tensor, shared: int) -> Tensor:
    batch, groups, time, width = x.shape
    return x.repeat_interleave(shared, dim=2).reshape(batch, groups * shared, time, width)


def _first(x: Tensor, shared: int) -> Tensor:
    return x[:, :1].expand(-1, x.shape[1] * shared, -1, -1)


def _mean(x: Tensor, shared: int) -> Tensor:
    return _first(x.mean(dim=1, keepdim=True), x.shape[1] * shared)


def _by_group(x: Tensor, shared: int) -> Tensor:
    batch, heads, *others = x.shape
    return x.reshape(batch, heads // shared, shared, *others)


def _averaged(queries: Tensor, shared: int) -> Tensor:
    """The queries of a group, in each of its heads the mean of them."""
    means = _by_group(queries, shared).mean(dim=2)  # (B, g, T, D)
    return _for_neighbours(means, shared)


def _by_place_in_group(mixed: Tensor, shared: int) -> Tensor:
    """All first heads of the groups, then all second ones."""
    return _by_group(mixed, shared).transpose(1, 2).flatten(1, 2)


def _both(repeat: Callable[[Tensor, int], Tensor]) -> Mapping[str, Any]:
    return {"keys": repeat, "values": repeat}


def _products(queries: Tensor, keys: Tensor, *_: object) -> Tensor:
    return queries @ keys.transpose(-2, -1)


def _times(factor: Callable[[Tensor, Tensor, int], float]) -> Mapping[str, Any]:
    def score(queries: Tensor, keys: Tensor, shared: int) -> Tensor:
        return _products(queries, keys) * factor(queries, keys, shared)

    return {"score": score}


def _filled(scores: Tensor, seen: Tensor, value: float = -math.inf) -> Tensor:
    return scores.masked_fill(~seen, value)


def _seeing(seen: Callable[[Tensor], Tensor]) -> Mapping[str, Any]:
    """Which keys are seen, made of a matrix of ones (T, S) in their place."""
    return {"hide": lambda scores: _filled(scores, seen(torch.ones(scores.shape[-2:]).bool()))}


def _past(ones: Tensor) -> int:
    """How many keys stand before the first query."""
    return ones.shape[1] - ones.shape[0]


def _new_alone(ones: Tensor) -> Tensor:
    return ones.tril(_past(ones)) & (torch.arange(ones.shape[1]) >= _past(ones))


def _hidden(scores: Tensor) -> Tensor:
    return _filled(scores, visible(*scores.shape[-2:]))


def _over(axis: int) -> Mapping[str, Any]:
    return {"normalize": lambda scores: softmax(scores.transpose(axis, -1)).transpose(axis, -1)}


def _unstable(scores: Tensor) -> Tensor:
    powers = scores.exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def _largest_alone(scores: Tensor) -> Tensor:
    return (scores == scores.amax(dim=-1, keepdim=True)).to(scores.dtype)


RIGHT: Mapping[str, Any] = {
    "queries": _as_is,
    "keys": _for_neighbours,
    "values": _for_neighbours,
    **_times(lambda queries, keys, shared: 1 / math.sqrt(queries.shape[-1])),
    "hide": _hidden,
    "normalize": softmax,
    "cut": _as_is,
    "mix": lambda weights, values, keys: weights @ values,
    "join": _as_is,
}

_GROUPS: Mapping[str, Mapping[str, Any]] = {
    "groups_dealt_in_turn": _both(_in_turn),
    "keys_dealt_in_turn": {"keys": _in_turn},
    "values_dealt_in_turn": {"values": _in_turn},
    "repeated_along_time": _both(_along_time),
    "first_group_only": _both(_first),
    "mean_of_groups": _both(_mean),
    "groups_reversed": _both(lambda x, shared: _for_neighbours(x.flip(1), shared)),
    "queries_averaged": {"queries": _averaged},
    "joined_by_place_in_group": {"join": _by_place_in_group},
}

_SCALE: Mapping[str, Mapping[str, Any]] = {
    "no_scale": {"score": _products},
    "scale_without_root": _times(lambda q, k, shared: 1 / q.shape[-1]),
    "scale_multiplied": _times(lambda q, k, shared: math.sqrt(q.shape[-1])),
    "scale_by_all_heads": _times(lambda q, k, shared: (q.shape[1] * q.shape[-1]) ** -0.5),
    "scale_by_groups": _times(lambda q, k, shared: (q.shape[1] // shared * q.shape[-1]) ** -0.5),
    "scale_by_length": _times(lambda q, k, shared: k.shape[-2] ** -0.5),
    "uniform": {
        "score": lambda queries, keys, shared: 0 * _products(queries, keys),
        "queries": _as_is,
        "keys": _for_neighbours,
    },
}

_MASK: Mapping[str, Mapping[str, Any]] = {
    "no_mask": {"hide": _as_is},
    "mask_from_upper_left": _seeing(lambda ones: ones.tril()),
    "mask_if_square_only": _seeing(lambda ones: ones if _past(ones) else ones.tril()),
    "past_hidden": _seeing(_new_alone),
    "mask_strict": _seeing(lambda ones: ones.tril(_past(ones) - 1)),
    "mask_one_late": _seeing(lambda ones: ones.tril(_past(ones) + 1)),
    "mask_turned_round": _seeing(lambda ones: ones.triu(_past(ones))),
    "mask_zero_fill": {"hide": lambda scores: _filled(scores, visible(*scores.shape[-2:]), 0.0)},
    "mask_small_penalty": {
        "hide": lambda scores: scores - 10 * (~visible(*scores.shape[-2:])).to(scores.dtype)
    },
    "mask_after_softmax": {
        "hide": _as_is,
        "cut": lambda weights: weights * visible(*weights.shape[-2:]),
    },
}

_SOFTMAX: Mapping[str, Mapping[str, Any]] = {
    "softmax_over_queries": _over(-2),
    "softmax_over_heads": _over(-3),
    "softmax_over_both_axes": {
        "normalize": lambda scores: softmax(scores.flatten(-2)).reshape(scores.shape)
    },
    "no_softmax": {"normalize": lambda scores: scores.masked_fill(scores.isinf(), 0.0)},
    "softmax_unstable": {"normalize": _unstable},
    "largest_takes_all": {"normalize": _largest_alone},
    "weights_transposed": {"mix": lambda weights, values, keys: weights.transpose(-2, -1) @ values},
    "keys_for_values": {
        "mix": lambda weights, values, keys: weights @ keys,
        "values": _for_neighbours,
    },
}

WRONG: Mapping[str, Mapping[str, Any]] = {**_GROUPS, **_SCALE, **_MASK, **_SOFTMAX}
