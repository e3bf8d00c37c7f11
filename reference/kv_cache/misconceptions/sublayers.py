"""What people get wrong about the inside of a layer with a cache, and about which layers run."""

from typing import cast

from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm
from reference.kv_cache.attention import cached_attention
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.layers import cached_layer, cached_stack
from reference.kv_cache.misconceptions.layers import Answer, Answers, Caches, Layers

_ORDER = ["kv-cache.turned-on"]


def _second_norm(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps)


@misconception(
    replaces=cached_layer,
    says="The two normalizations have changed places.",
    hint="Which gain belongs to the normalization that stands before the attention?",
    questions=_ORDER,
)
def norms_swapped(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    swapped = {
        "attention_norm_gain": weights["feed_forward_norm_gain"],
        "attention_norm_bias": weights["feed_forward_norm_bias"],
        "feed_forward_norm_gain": weights["attention_norm_gain"],
        "feed_forward_norm_bias": weights["attention_norm_bias"],
    }
    return cached_layer(x, cast(LayerWeights, {**weights, **swapped}), n_heads, eps, past)


@misconception(
    replaces=cached_layer,
    says="The feed-forward network reads the hidden states as they are.",
    hint="What stands before each of the two sub-layers?",
    questions=_ORDER,
)
def no_second_norm(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    gain, bias = weights["attention_norm_gain"], weights["attention_norm_bias"]
    normed = layer_norm(x, gain, bias, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    x = x + attended
    return x + feed_forward(x, weights["feed_forward"]), cache


@misconception(
    replaces=cached_layer,
    says="The feed-forward network comes before the attention.",
    hint="Which of the two sub-layers reads the input of the layer?",
    questions=_ORDER,
)
def feed_forward_first(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    x = x + feed_forward(_second_norm(x, weights, eps), weights["feed_forward"])
    gain, bias = weights["attention_norm_gain"], weights["attention_norm_bias"]
    normed = layer_norm(x, gain, bias, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    return x + attended, cache


@misconception(
    replaces=cached_stack,
    says="One layer, the first one, is repeated and so makes a stack.",
    hint="Change the weights of the second layer. Does your result change?",
    questions=["kv-cache.one-cache-for-all-layers"],
    differs_only="with more than one layer",
)
def shared_layer(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    return cached_stack(x, [layers[0]] * len(layers), n_heads, eps, cache)


@misconception(
    replaces=cached_stack,
    says="The last layer is not run.",
    hint="Hand in one layer alone. Does your stack change its input?",
    questions=["kv-cache.one-cache-for-all-layers"],
)
def last_layer_missing(
    x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches
) -> Answers:
    hidden, grown = cached_stack(x, layers[:-1], n_heads, eps, cache[:-1])
    return hidden, [*grown, cache[-1]]


@misconception(
    replaces=cached_stack,
    says="The grown caches come back from the last layer to the first.",
    hint="Which layer reads entry 0 of the list in the next pass?",
    questions=["kv-cache.one-cache-for-all-layers"],
    differs_only="with more than one layer",
)
def grown_caches_reversed(
    x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches
) -> Answers:
    hidden, grown = cached_stack(x, layers, n_heads, eps, cache)
    return hidden, grown[::-1]
