"""A decoder layer with a cache in parts: what attention reads, what is added, what comes back."""

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm
from reference.kv_cache.attention import cached_attention
from reference.kv_cache.cache import LayerCache


def in_parts(
    part: Parts, x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> tuple[Tensor, LayerCache]:
    eps = part["eps"](eps)
    normed = part["norm"](x, weights, eps)
    read = part["past"](past)
    attended, grown = cached_attention(normed, weights["attention"], n_heads, read)
    middle = part["carry"](x, normed) + attended
    return middle + part["feed"](middle, weights, eps), part["returned"](grown, past)


def _norm(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)


def _feed(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    gain, bias = weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"]
    return feed_forward(layer_norm(x, gain, bias, eps), weights["feed_forward"])


def _by_the_first(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return feed_forward(_norm(x, weights, eps), weights["feed_forward"])


def _nothing(x: Tensor, *_: object) -> Tensor:
    return torch.zeros_like(x)


COMPOSITION = Composition(
    in_parts,
    right={
        "eps": as_is,
        "norm": _norm,
        "past": as_is,
        "carry": as_is,
        "feed": _feed,
        "returned": as_is,
    },
    wrong={
        "not_normalized": {"norm": as_is},
        "no_residual": {"carry": _nothing},
        "residual_from_normalized": {"carry": lambda x, normed: normed, "norm": _norm},
        "one_norm_for_both": {"feed": _by_the_first},
        "no_second_residual": {"feed": lambda x, weights, eps: _feed(x, weights, eps) - x},
        "no_feed_forward": {"feed": _nothing},
        "cache_begun_anew": {
            "past": lambda past: {name: kept[..., :0, :] for name, kept in past.items()}
        },
        "old_cache_returned": {
            "returned": lambda grown, past: {name: kept.clone() for name, kept in past.items()}
        },
        "eps_fixed": {"eps": lambda eps: 1e-5},
    },
)
