"""Stages: prefill, the pass over a prompt, and decode, the pass over one new token.

B batch, T positions, S cached ones, V vocabulary, C context length, d width.
"""

from collections.abc import Sequence
from typing import TypedDict

from torch import Tensor

from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.output import output_logits
from reference.kv_cache.cache import LayerCache, cached_positions, empty_cache
from reference.kv_cache.layers import cached_stack
from reference.kv_cache.positions import position_ids


class CachedModel(TypedDict):
    """The weights of a model, and the two numbers that belong to them."""

    token_embedding: Tensor  # (V, d)
    position_embedding: Tensor  # (C, d)
    layers: list[LayerWeights]
    final_norm_gain: Tensor  # (d,)
    final_norm_bias: Tensor  # (d,)
    output_weight: Tensor  # (d, V)
    n_heads: int
    eps: float


def prefill(token_ids: Tensor, model: CachedModel) -> tuple[Tensor, list[LayerCache]]:
    """One pass over whole prompts, (B, T): the logits of their last position, (B, V), and a cache.

    The cache holds T positions.
    """
    return next_logits(token_ids, model, new_cache(token_ids, model))


def decode(
    token_ids: Tensor, cache: Sequence[LayerCache], model: CachedModel
) -> tuple[Tensor, list[LayerCache]]:
    """One pass over one new token a sequence, (B,): its logits, (B, V), and the cache of S + 1."""
    return next_logits(token_ids[:, None], model, cache)


def new_cache(token_ids: Tensor, model: CachedModel) -> list[LayerCache]:
    """A cache of no position for these sequences, (B, T)."""
    table, n_heads = model["token_embedding"], model["n_heads"]
    return empty_cache(
        len(model["layers"]),
        batch=len(token_ids),
        n_heads=n_heads,
        head_width=table.shape[-1] // n_heads,
        like=table,
    )


def next_logits(
    token_ids: Tensor, model: CachedModel, cache: Sequence[LayerCache]
) -> tuple[Tensor, list[LayerCache]]:
    """New tokens, (B, T), after those of a cache: the logits of the last one, (B, V)."""
    positions = position_ids(cached_positions(cache), token_ids.shape[-1])
    embedded = model["token_embedding"][token_ids] + model["position_embedding"][positions]
    hidden, grown = cached_stack(embedded, model["layers"], model["n_heads"], model["eps"], cache)
    return logits_of(hidden[:, -1], model), grown


def logits_of(hidden: Tensor, model: CachedModel) -> Tensor:
    """The logits of final hidden states, (..., d) -> (..., V)."""
    norm = model["final_norm_gain"], model["final_norm_bias"], model["eps"]
    return output_logits(hidden, *norm, model["output_weight"])
