"""What people get wrong about attention with a cache: what the returned cache holds."""

import math
from typing import cast

from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.attention import AttentionWeights
from reference.kv_cache.attention import cached_attention, split_heads
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.attention_parts import (
    grown,
    mask_for,
    mixed,
    output,
    projected,
)

Answer = tuple[Tensor, LayerCache]


@misconception(
    replaces=cached_attention,
    says="The returned cache holds the new positions alone.",
    hint="How many positions has your cache after a prompt of five and three tokens more?",
    questions=["kv-cache.order-prefill-decode", "kv-cache.decode-disagrees"],
    differs_only="with cached positions",
)
def only_newest_kept(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    _, keys, values = projected(x, weights, n_heads)
    answer, _ = cached_attention(x, weights, n_heads, past)
    return answer, {"keys": keys, "values": values}


@misconception(
    replaces=cached_attention,
    says="The cache comes back as it came in.",
    hint="Where does the key of the new token go, so that the next token can see it?",
    questions=["kv-cache.order-prefill-decode", "kv-cache.decode-disagrees"],
)
def not_grown(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    answer, _ = cached_attention(x, weights, n_heads, past)
    return answer, {"keys": past["keys"].clone(), "values": past["values"].clone()}


@misconception(
    replaces=cached_attention,
    says="The new keys join the cache, and the new values do not.",
    hint="How many keys and how many values does your cache hold after one step?",
    questions=["kv-cache.size", "kv-cache.match-tensors-to-shapes"],
)
def values_not_kept(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    answer, cache = cached_attention(x, weights, n_heads, past)
    return answer, {"keys": cache["keys"], "values": past["values"].clone()}


@misconception(
    replaces=cached_attention,
    says="The new keys are cached without their bias.",
    hint="What does the handout say of the keys in the cache: with or without their bias?",
    questions=["kv-cache.why-no-queries"],
)
def keys_without_bias(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, _, values = projected(x, weights, n_heads)
    cache = grown(past, split_heads(x @ weights["key"], n_heads), values)
    bias = split_heads(weights["key_bias"][None, None], n_heads)
    seen: LayerCache = {"keys": cache["keys"] + bias, "values": cache["values"]}
    return output(mixed(queries, seen, mask_for(seen["keys"], queries)), weights), cache


@misconception(
    replaces=cached_attention,
    says="The scale belongs to the keys, so scaled keys are cached.",
    hint="By what were the cached keys divided that came in, and by what are yours?",
    questions=["kv-cache.why-no-queries"],
)
def keys_scaled(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys / math.sqrt(keys.shape[-1]), values)
    mask = mask_for(cache["keys"], queries)
    return output(mixed(queries, cache, mask, divisor=1.0), weights), cache


@misconception(
    replaces=cached_attention,
    says="Keys and values come back in each other's place.",
    hint="Which of the two meets the queries in the next step?",
    questions=["kv-cache.match-tensors-to-shapes"],
)
def keys_and_values_swapped(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    answer, cache = cached_attention(x, weights, n_heads, past)
    return answer, {"keys": cache["values"], "values": cache["keys"]}


@misconception(
    replaces=cached_attention,
    says="The cache has its axes in the order batch, position, head, column.",
    hint="Which shape has the cache that comes in, and which has yours?",
    questions=["kv-cache.match-tensors-to-shapes"],
    differs_only="with another number of heads than of positions",
)
def position_before_head(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    answer, cache = cached_attention(x, weights, n_heads, past)
    return answer, {
        "keys": cache["keys"].transpose(1, 2),
        "values": cache["values"].transpose(1, 2),
    }


@misconception(
    replaces=cached_attention,
    says="The cache holds the queries in the place of the keys.",
    hint="What of an old token does a new one need: what it asked, or what it offers?",
    questions=["kv-cache.why-no-queries"],
)
def queries_for_keys(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, _, values = projected(x, weights, n_heads)
    answer, _ = cached_attention(x, weights, n_heads, past)
    return answer, grown(past, queries, values)


@misconception(
    replaces=cached_attention,
    says="I put the grown keys and values into the cache that was handed in.",
    hint="Two tokens are tried after one prompt. What does the second find in the cache?",
    questions=["kv-cache.two-branches"],
)
def changes_its_cache(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    answer, cache = cached_attention(x, weights, n_heads, past)
    past.update(cache)
    return answer, past


@equivalent(replaces=cached_attention, says="The queries are kept as well; nobody reads them.")
def queries_kept_too(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    answer, cache = cached_attention(x, weights, n_heads, past)
    more = {**cache, "queries": projected(x, weights, n_heads)[0]}
    return answer, cast(LayerCache, more)
