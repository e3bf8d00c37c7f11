"""Stages: prompts of different lengths in one batch, and a cache that is cut back.

B batch, T longest prompt, S cached positions, h heads, D width of a head, V vocabulary.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from reference.kv_cache.cache import LayerCache
from reference.kv_cache.passes import CachedModel, prefill


def batch_prefill(
    token_ids: Tensor, lengths: Sequence[int], model: CachedModel
) -> tuple[Tensor, list[LayerCache]]:
    """Prefill of prompts that are padded on the left.

    Args:
        token_ids: (B, T); the last `lengths[b]` ids of row b are its prompt.

    Returns:
        The logits of each last position, (B, V), and a cache of T positions that is 0 where there
        is padding.
    """
    longest = token_ids.shape[-1]
    rows = [
        prefill(row[None, longest - length :], model)
        for row, length in zip(token_ids, lengths, strict=True)
    ]
    cache: list[LayerCache] = [
        {
            "keys": torch.cat([_padded(cache[k]["keys"], longest) for _, cache in rows]),
            "values": torch.cat([_padded(cache[k]["values"], longest) for _, cache in rows]),
        }
        for k in range(len(model["layers"]))
    ]
    return torch.cat([logits for logits, _ in rows]), cache


def _padded(kept: Tensor, length: int) -> Tensor:
    """Zeros before what a row keeps, (1, h, S, D) -> (1, h, T, D)."""
    return pad(kept, (0, 0, length - kept.shape[-2], 0))


def truncate(cache: Sequence[LayerCache], n: int) -> list[LayerCache]:
    """A cache of the first n positions of every layer; the one that came is left as it is."""
    return [
        {"keys": layer["keys"][..., :n, :].clone(), "values": layer["values"][..., :n, :].clone()}
        for layer in cache
    ]
