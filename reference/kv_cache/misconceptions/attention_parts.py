"""The parts of right attention with a cache, from which the wrong versions are put together.

B batch, T new positions, S cached ones, d width, h heads, D = d / h width of a head.
"""

import math

import torch
from torch import Tensor

from reference.decoder.attention import AttentionWeights
from reference.decoder.softmax import softmax
from reference.kv_cache.attention import split_heads
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.positions import visible

Projected = tuple[Tensor, Tensor, Tensor]  # queries, keys, values


def projected(x: Tensor, weights: AttentionWeights, n_heads: int) -> Projected:
    """Queries, keys and values of new positions, (B, h, T, D) each."""
    return (
        split_heads(x @ weights["query"] + weights["query_bias"], n_heads),
        split_heads(x @ weights["key"] + weights["key_bias"], n_heads),
        split_heads(x @ weights["value"] + weights["value_bias"], n_heads),
    )


def grown(past: LayerCache, keys: Tensor, values: Tensor) -> LayerCache:
    """The cache with new keys and values, (B, h, T, D), behind the old ones."""
    return {
        "keys": torch.cat([past["keys"], keys], dim=-2),
        "values": torch.cat([past["values"], values], dim=-2),
    }


def mask_for(keys: Tensor, queries: Tensor) -> Tensor:
    """The right mask of queries whose keys are the last ones of all keys."""
    n_new = queries.shape[-2]
    return visible(keys.shape[-2] - n_new, n_new)


def mixed(queries: Tensor, seen: LayerCache, mask: Tensor, *, divisor: float = 0.0) -> Tensor:
    """What each query takes of the values, (B, h, T, D).

    Args:
        divisor: of the scores; 0 stands for the right one.
    """
    scores = queries @ seen["keys"].transpose(-2, -1) / (divisor or math.sqrt(queries.shape[-1]))
    return softmax(scores.masked_fill(~mask, -math.inf)) @ seen["values"]


def output(mix: Tensor, weights: AttentionWeights) -> Tensor:
    """The heads joined and projected, (B, h, T, D) -> (B, T, d)."""
    return mix.transpose(-3, -2).flatten(-2) @ weights["output"] + weights["output_bias"]


def attend(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache, *, mask: Tensor
) -> tuple[Tensor, LayerCache]:
    """The whole stage with another mask."""
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    return output(mixed(queries, cache, mask), weights), cache


def held(past: LayerCache) -> int:
    """S."""
    return past["keys"].shape[-2]
