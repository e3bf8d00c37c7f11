"""Stage: self-attention of new positions over cached ones and themselves.

B batch, T new positions, S cached ones, d width, h heads, D = d / h width of a head.
A comment gives the shape wherever a line changes it.
"""

import math

import torch
from torch import Tensor

from reference.decoder.attention import AttentionWeights
from reference.decoder.softmax import softmax
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.positions import visible


def cached_attention(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> tuple[Tensor, LayerCache]:
    """Each new position's mix of the values at all positions up to its own.

    Args:
        x: new positions, (B, T, d).
        weights: as `reference.decoder.attention` has them.
        past: keys and values of S positions; it is left as it is.

    Returns:
        (B, T, d), and the cache of S + T positions.
    """
    queries = split_heads(x @ weights["query"] + weights["query_bias"], n_heads)
    keys = split_heads(x @ weights["key"] + weights["key_bias"], n_heads)
    values = split_heads(x @ weights["value"] + weights["value_bias"], n_heads)
    keys = torch.cat([past["keys"], keys], dim=-2)  # (B, h, S + T, D)
    values = torch.cat([past["values"], values], dim=-2)
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])  # (B, h, T, S + T)
    mask = visible(past["keys"].shape[-2], x.shape[-2])
    mixed = softmax(scores.masked_fill(~mask, -math.inf)) @ values  # (B, h, T, D)
    joined = mixed.transpose(-3, -2).flatten(-2)  # (B, T, d)
    output = joined @ weights["output"] + weights["output_bias"]
    return output, {"keys": keys, "values": values}


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """The columns of each head by themselves: (B, T, d) -> (B, h, T, D)."""
    return x.reshape(*x.shape[:-1], n_heads, x.shape[-1] // n_heads).transpose(-3, -2)
