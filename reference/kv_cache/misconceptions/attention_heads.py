"""What people get wrong about attention with a cache: projections, heads, and what is softened."""

import math
from typing import cast

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder.attention import AttentionWeights
from reference.decoder.softmax import softmax
from reference.kv_cache.attention import cached_attention
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.attention_parts import (
    grown,
    mask_for,
    mixed,
    output,
    projected,
)

Answer = tuple[Tensor, LayerCache]
_PARTS = ["self-attention.order-sub-layer"]


def _maps(x: Tensor, weights: AttentionWeights) -> list[Tensor]:
    """Queries, keys and values before they are cut into heads, (B, T, d) each."""
    return [
        x @ weights["query"] + weights["query_bias"],
        x @ weights["key"] + weights["key_bias"],
        x @ weights["value"] + weights["value_bias"],
    ]


def _attended(
    queries: Tensor, keys: Tensor, values: Tensor, weights: AttentionWeights, past: LayerCache
) -> Answer:
    """What is right once there are heads."""
    cache = grown(past, keys, values)
    return output(mixed(queries, cache, mask_for(cache["keys"], queries)), weights), cache


def _without(weights: AttentionWeights, *names: str) -> AttentionWeights:
    """The weights with these biases at 0."""
    changed = {name: torch.zeros_like(weights["query_bias"]) for name in names}
    return cast(AttentionWeights, {**weights, **changed})


@misconception(
    replaces=cached_attention,
    says="A reshape to (B, h, T, D) cuts into heads.",
    hint="T is 2, h is 2 and D is 1. Which of the four numbers belong to the first token?",
    questions=["self-attention.match-tensors-to-shapes"],
    differs_only="with more than one new position and more than one head",
)
def split_by_reshape(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    batch, time, _ = x.shape
    heads = [each.reshape(batch, n_heads, time, -1) for each in _maps(x, weights)]
    queries, keys, values = heads
    return _attended(queries, keys, values, weights, past)


@misconception(
    replaces=cached_attention,
    says="Head j owns every column whose number leaves j after division by the number of heads.",
    hint="Which columns of the projections are those of head 0, the first D or every h-th?",
    questions=["self-attention.match-tensors-to-shapes"],
    differs_only="with more than one head that is wider than one column",
)
def columns_dealt_to_heads(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    batch, time, _ = x.shape
    heads = [
        each.reshape(batch, time, -1, n_heads).permute(0, 3, 1, 2) for each in _maps(x, weights)
    ]
    queries, keys, values = heads
    return _attended(queries, keys, values, weights, past)


@misconception(
    replaces=cached_attention,
    says="The joined heads are the result; nothing comes after them.",
    hint="Which entries of the weights does your function never read?",
    questions=_PARTS,
)
def no_output_projection(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    mix = mixed(queries, cache, mask_for(cache["keys"], queries))
    return mix.transpose(-3, -2).flatten(-2), cache


@misconception(
    replaces=cached_attention,
    says="The output projection applies the transposed matrix.",
    hint="Which axis of the matrix is that of the joined heads?",
    questions=_PARTS,
)
def output_transposed(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    turned = cast(AttentionWeights, {**weights, "output": weights["output"].T})
    return cached_attention(x, turned, n_heads, past)


@misconception(
    replaces=cached_attention,
    says="The queries are made without their bias.",
    hint="Which biases do the weights have, and which of them do you add?",
    questions=["self-attention.no-key-bias"],
)
def no_query_bias(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    return cached_attention(x, _without(weights, "query_bias"), n_heads, past)


@misconception(
    replaces=cached_attention,
    says="The values are made without their bias.",
    hint="Which biases do the weights have, and which of them do you add?",
    questions=["self-attention.no-key-bias"],
)
def no_value_bias(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    return cached_attention(x, _without(weights, "value_bias"), n_heads, past)


@misconception(
    replaces=cached_attention,
    says="A score of 0 means no attention.",
    hint="What does softmax make of a score of 0 beside a score of -2?",
    questions=["kv-cache.chunk-mask", "self-attention.mask-after-softmax"],
    differs_only="with more than one new position",
)
def hidden_scores_are_zero(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    scores = queries @ cache["keys"].transpose(-2, -1) / math.sqrt(queries.shape[-1])
    weighed = softmax(scores * mask_for(cache["keys"], queries)) @ cache["values"]
    return output(weighed, weights), cache


@misconception(
    replaces=cached_attention,
    says="Softmax runs over the heads.",
    hint="Over which axis do the weights of one query of one head sum to one?",
    questions=["self-attention.fill-attention-weights"],
)
def softmax_over_heads(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    scores = queries @ cache["keys"].transpose(-2, -1) / math.sqrt(queries.shape[-1])
    # A finite number: where all heads are hidden, minus infinity would give NaN.
    hidden = scores.masked_fill(~mask_for(cache["keys"], queries), -1e9)
    weighed = softmax(hidden.transpose(1, -1)).transpose(1, -1) @ cache["values"]
    return output(weighed, weights), cache
