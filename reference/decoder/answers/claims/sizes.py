"""Claims about what a model costs: weights, bytes of a cache, floating-point operations.

Weights are counted in a model of these sizes, and operations while the reference runs.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from grader.keys.registry import claim
from reference.decoder import attention, feed_forward
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import normal, small_model
from reference.decoder.model import DecoderModel

KIBI = 1024


def _operations(compute: Callable[[], object]) -> int:
    """Multiplications and additions of matrix products, each counted as one."""
    with FlopCounterMode(display=False) as counter:
        compute()
    return int(counter.get_total_flops())


def _tensors(weights: Any) -> Iterator[Tensor]:
    if isinstance(weights, Tensor):
        yield weights
    else:
        for part in weights.values():
            yield from _tensors(part)


def _count(weights: Any) -> int:
    return sum(tensor.numel() for tensor in _tensors(weights))


@claim
def layer_weights(
    seed: int, *, width: int = 8, heads: int = 2, inner: int = 32
) -> Mapping[str, float]:
    """The weights of one decoder layer of a model of these sizes, biases and gains included."""
    model = small_model(seed, width=width, n_heads=heads, inner_width=inner)
    layer = model.weights["layers"][0]
    every = _count(layer)
    matrices = sum(each.numel() for each in _tensors(layer) if each.dim() == 2)
    projections = sum(layer["attention"][name].numel() for name in ("query", "key", "value"))
    return {
        "answer": every,
        "weights.matrices_only": matrices,
        "attention.heads_have_full_width": every + (heads - 1) * projections,
        "weights.norms_have_none": every - 4 * width,
    }


@claim
def feed_forward_share(seed: int, *, width: int = 16, inner: int = 64) -> Mapping[str, float]:
    """The part of a layer's matrices that is the feed-forward network's, by their entries."""
    model = small_model(seed, width=width, n_heads=4, inner_width=inner)
    layer = model.weights["layers"][0]
    attended, fed = (
        sum(each.numel() for each in _tensors(layer[part]) if each.dim() == 2)
        for part in ("attention", "feed_forward")
    )
    return {
        "answer": fed / (attended + fed),
        "feed_forward_network.has_one_matrix": fed / 2 / (attended + fed / 2),
        "attention.has_one_matrix": fed / (attended / 4 + fed),
        "attention.has_no_output_projection": fed / (attended * 3 / 4 + fed),
    }


@claim
def longer_window(
    seed: int, *, context: int = 32, longer: int = 64, width: int = 12
) -> Mapping[str, float]:
    """How many weights more a model has with a larger context length."""
    sizes = [
        sum(each.numel() for each in small_model(seed, context_length=c, width=width).parameters())
        for c in (context, longer)
    ]
    return {
        "answer": sizes[1] - sizes[0],
        "attention.weights_grow_with_length": longer**2 - context**2,
        "window.costs_no_weights": 0,
        "embed.positions_every_layer": 2 * (sizes[1] - sizes[0]),
    }


@claim
def cache_bytes(
    seed: int,
    *,
    layers: int = 6,
    width: int = 64,
    heads: int = 4,
    bytes_each: int = 2,
    tokens: int = 256,
) -> Mapping[str, float]:
    """The kibibytes of the keys and values in the cache of a model, after so many tokens."""
    model = small_model(seed, n_layers=layers, width=width, n_heads=heads, context_length=tokens)
    decoder = CachedDecoder(model)
    decoder.run([1] * tokens)
    keys, values = (
        sum(part.numel() for part in kept) * bytes_each / KIBI
        for kept in (decoder.keys, decoder.values)
    )
    return {
        "answer": keys + values,
        "kv_cache.keys_only": keys,
        "kv_cache.one_layer": (keys + values) / layers,
        "units.bits_for_bytes": 8 * (keys + values),
        "attention.heads_have_full_width": heads * (keys + values),
    }


@claim
def tokens_that_fit(
    seed: int,
    *,
    layers: int = 4,
    width: int = 32,
    bytes_each: int = 2,
    sequences: int = 8,
    memory: int = 1,
) -> Mapping[str, float]:
    """How many tokens of each sequence fit into so many mebibytes of cache."""
    decoder = CachedDecoder(small_model(seed, n_layers=layers, width=width, n_heads=4))
    decoder.run([1])
    one = sum(kept.numel() for kept in (*decoder.keys, *decoder.values)) * bytes_each
    room = memory * KIBI * KIBI
    return {
        "answer": room // (sequences * one),
        "kv_cache.shared_by_the_batch": room // one,
        "kv_cache.keys_only": 2 * (room // (sequences * one)),
        "kv_cache.one_layer": layers * (room // (sequences * one)),
    }


@claim
def projection_operations(
    seed: int, *, positions: int = 10, width: int = 12, vocabulary: int = 100
) -> Mapping[str, float]:
    """The operations of the linear map to the vocabulary, without the final normalization."""
    model: DecoderModel = small_model(seed, vocabulary_size=vocabulary, width=width)
    hidden = normal(seed, 1, positions, width)
    every = _operations(lambda: model.output(hidden))
    return {
        "answer": every,
        "operations.multiplications_only": every / 2,
        "operations.last_position_only": _operations(lambda: model.output(hidden[:, -1:])),
    }


@claim
def score_operations(seed: int, *, tokens: int = 6, width: int = 8) -> Mapping[str, float]:
    """The operations of the products of queries and keys of one head, masked pairs included."""
    queries, keys = normal(seed, 2, 1, 1, tokens, width)
    every = _operations(lambda: attention.attention_weights(queries, keys))
    visible = int(attention.causal_mask(tokens).sum())
    return {
        "answer": every,
        "operations.multiplications_only": every / 2,
        "operations.one_for_each_pair": tokens * tokens,
        "operations.masked_pairs_are_free": 2 * visible * width,
    }


@claim
def feed_forward_operations(
    seed: int, *, tokens: int = 1, width: int = 16, inner: int = 64
) -> Mapping[str, float]:
    """The operations of the two matrices of a feed-forward network."""
    layer = small_model(seed, width=width, n_heads=4, inner_width=inner).weights["layers"][0]
    x = normal(seed, 1, tokens, width)
    every = _operations(lambda: feed_forward.feed_forward(x, layer["feed_forward"]))
    return {
        "answer": every,
        "operations.multiplications_only": every / 2,
        "feed_forward_network.has_one_matrix": every / 2,
    }
