"""Stages: a decoder layer and the stack of them, with a cache for each layer.

B batch, T new positions, S cached ones, d width.
"""

from collections.abc import Sequence

from torch import Tensor

from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm
from reference.kv_cache.attention import cached_attention
from reference.kv_cache.cache import LayerCache


def cached_layer(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> tuple[Tensor, LayerCache]:
    """One pre-norm decoder layer on new positions, (B, T, d), and its cache of S + T positions."""
    normed = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    attended, grown = cached_attention(normed, weights["attention"], n_heads, past)
    x = x + attended
    normed = layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return x + feed_forward(normed, weights["feed_forward"]), grown


def cached_stack(
    x: Tensor,
    layers: Sequence[LayerWeights],
    n_heads: int,
    eps: float,
    cache: Sequence[LayerCache],
) -> tuple[Tensor, list[LayerCache]]:
    """The final hidden states of new positions, (B, T, d), and the cache of every layer.

    Args:
        cache: that of each layer, in the order of the layers.
    """
    grown = []
    for weights, past in zip(layers, cache, strict=True):
        x, layer_cache = cached_layer(x, weights, n_heads, eps, past)
        grown.append(layer_cache)
    return x, grown
