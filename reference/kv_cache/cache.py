"""The cache: what later positions need of earlier ones, as plain data.

B batch, S positions in the cache, h heads, D width of a head.
"""

from collections.abc import Sequence
from typing import TypedDict

import torch
from torch import Tensor


class LayerCache(TypedDict):
    """Keys and values of one layer, (B, h, S, D) each; the keys with their bias."""

    keys: Tensor
    values: Tensor


def empty_cache(
    n_layers: int, *, batch: int, n_heads: int, head_width: int, like: Tensor
) -> list[LayerCache]:
    """A cache of no position, S = 0, for each layer.

    Args:
        like: whose dtype it has.
    """
    nothing = torch.zeros(batch, n_heads, 0, head_width, dtype=like.dtype)
    return [{"keys": nothing, "values": nothing} for _ in range(n_layers)]


def cached_positions(cache: Sequence[LayerCache]) -> int:
    """S: how many positions a cache holds."""
    return cache[0]["keys"].shape[-2]
