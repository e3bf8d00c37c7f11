"""Attention with a cache in parts: what joins the cache, what is seen of it, what comes back.

B batch, T new positions, S cached ones, d width, h heads, D = d / h width of a head.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is, idle
from reference.decoder.attention import AttentionWeights
from reference.kv_cache.attention import split_heads
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.attention_parts import (
    grown,
    held,
    mixed,
    output,
    projected,
)
from reference.kv_cache.positions import visible

Answer = tuple[Tensor, LayerCache]


def in_parts(
    part: Parts, x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    read = part["past"](past)
    queries, keys, values = projected(x, weights, n_heads)
    new: LayerCache = {"keys": part["kept_keys"](keys, x, weights, n_heads), "values": values}
    cache = part["join"](read, new)
    seen = part["bias"](part["seen"](cache, read, new), weights, n_heads)
    mask = part["mask"](held(seen) - x.shape[-2], x.shape[-2])
    mix = part["mix"](queries, seen, mask, part["divisor"](seen["keys"]))
    mix = mix + part["past_mix"](queries, read, part["divisor"](seen["keys"]))
    returned = part["returned"](cache, past, new, queries)
    return output(mix, weights), part["names"](part["layout"](returned))


def _mix(queries: Tensor, seen: LayerCache, mask: Tensor, divisor: float) -> Tensor:
    return mixed(queries, seen, mask, divisor=divisor)


def _masked_afterwards(queries: Tensor, seen: LayerCache, mask: Tensor, divisor: float) -> Tensor:
    scores = queries @ seen["keys"].transpose(-2, -1) / divisor
    return (scores.softmax(dim=-1) * mask) @ seen["values"]


def _over_queries(queries: Tensor, seen: LayerCache, mask: Tensor, divisor: float) -> Tensor:
    scores = queries @ seen["keys"].transpose(-2, -1) / divisor
    return scores.masked_fill(~mask, -math.inf).softmax(dim=-2) @ seen["values"]


def _of_past(queries: Tensor, past: LayerCache, divisor: float) -> Tensor:
    if not held(past):
        return torch.zeros_like(queries)
    every = torch.ones(queries.shape[-2], held(past), dtype=torch.bool)
    return mixed(queries, past, every, divisor=divisor)


def _joined(past: LayerCache, new: LayerCache) -> LayerCache:
    return grown(past, new["keys"], new["values"])


def _near(cache: LayerCache, past: LayerCache, new: LayerCache) -> LayerCache:
    near: LayerCache = {"keys": past["keys"][..., -3:, :], "values": past["values"][..., -3:, :]}
    return _joined(near, new)


def _first_row(past: LayerCache) -> LayerCache:
    return {
        "keys": past["keys"][:1].expand_as(past["keys"]),
        "values": past["values"][:1].expand_as(past["values"]),
    }


def _without_bias(keys: Tensor, x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return split_heads(x @ weights["key"], n_heads)


def _with_bias(seen: LayerCache, weights: AttentionWeights, n_heads: int) -> LayerCache:
    bias = split_heads(weights["key_bias"][None, None], n_heads)
    return {"keys": seen["keys"] + bias, "values": seen["values"]}


def _masked_by(mask: Callable[[int, int], Tensor]) -> Parts:
    return {"mask": mask}


def _every(n_past: int, n_new: int) -> Tensor:
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool)


def _of_old(cache: LayerCache, past: LayerCache, *_: object) -> LayerCache:
    return {"keys": past["keys"].clone(), "values": past["values"].clone()}


_RIGHT: Parts = {
    "past": as_is,
    "kept_keys": as_is,
    "join": _joined,
    "seen": as_is,
    "bias": as_is,
    "mask": visible,
    "divisor": lambda keys: math.sqrt(keys.shape[-1]),
    "mix": _mix,
    "past_mix": lambda queries, past, divisor: 0.0,
    "returned": as_is,
    "layout": as_is,
    "names": as_is,
}


_BY_SCORES: dict[str, Parts] = {
    "past_ignored": {"seen": lambda cache, past, new: new, **idle(_RIGHT, "past_mix")},
    "new_before_past": {"join": lambda past, new: _joined(new, past)},
    "mask_not_shifted": _masked_by(lambda n_past, n_new: _every(n_past, n_new).tril()),
    "no_mask": _masked_by(_every),
    "mask_only_without_cache": _masked_by(
        lambda n_past, n_new: (_every if n_past else visible)(n_past, n_new)
    ),
    "blind_to_itself": _masked_by(lambda n_past, n_new: _every(n_past, n_new).tril(n_past - 1)),
    "hides_the_visible": _masked_by(lambda n_past, n_new: ~visible(n_past, n_new)),
    "mask_after_softmax": {"mix": _masked_afterwards},
    "softmax_over_queries": {"mix": _over_queries},
    "scaled_by_width": {"divisor": lambda keys: math.sqrt(keys.shape[-1] * keys.shape[1])},
    "scaled_twice": {"divisor": lambda keys: keys.shape[-1]},
    "scaled_by_length": {"divisor": lambda keys: math.sqrt(keys.shape[-2])},
    "no_scale": {"divisor": lambda keys: 1.0},
    "first_row_for_all": {"past": _first_row},
    "near_past_only": {"seen": _near},
    "two_softmaxes": {"seen": lambda cache, past, new: new, "past_mix": _of_past},
}

_BY_CACHE: dict[str, Parts] = {
    "only_newest_kept": {"returned": lambda cache, past, new, queries: new},
    "not_grown": {"returned": _of_old},
    "values_not_kept": {
        "returned": lambda cache, past, new, queries: {
            "keys": cache["keys"],
            "values": past["values"].clone(),
        }
    },
    "keys_without_bias": {"kept_keys": _without_bias, "bias": _with_bias},
    "keys_scaled": {
        "kept_keys": lambda keys, *_: keys / math.sqrt(keys.shape[-1]),
        "divisor": lambda keys: 1.0,
    },
    "keys_and_values_swapped": {
        "names": lambda cache: {"keys": cache["values"], "values": cache["keys"]}
    },
    "position_before_head": {
        "layout": lambda cache: {name: kept.transpose(1, 2) for name, kept in cache.items()}
    },
    "queries_for_keys": {
        "returned": lambda cache, past, new, queries: grown(past, queries, new["values"]),
        **idle(_RIGHT, "join"),
    },
}

COMPOSITION = Composition(in_parts, right=_RIGHT, wrong={**_BY_SCORES, **_BY_CACHE})
