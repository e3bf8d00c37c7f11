"""What people get wrong about attention with a cache: what each new position attends to."""

import math

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.attention import AttentionWeights
from reference.decoder.softmax import softmax
from reference.kv_cache.attention import cached_attention
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.attention_parts import (
    attend,
    grown,
    held,
    mask_for,
    mixed,
    output,
    projected,
)

Answer = tuple[Tensor, LayerCache]
_MASK = ["kv-cache.chunk-mask", "kv-cache.two-phases"]


@misconception(
    replaces=cached_attention,
    says="New positions attend to each other alone; the cache only grows.",
    hint="Change a cached value. Does your output change?",
    questions=["kv-cache.order-prefill-decode", "kv-cache.decode-disagrees"],
    differs_only="with cached positions",
)
def past_ignored(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    new: LayerCache = {"keys": keys, "values": values}
    return output(mixed(queries, new, mask_for(keys, queries)), weights), grown(past, keys, values)


@misconception(
    replaces=cached_attention,
    says="The new keys and values stand before the cached ones.",
    hint="Which columns of the mask belong to the cache, and which keys stand there?",
    questions=["kv-cache.new-keys-first"],
    differs_only="with cached positions",
)
def new_before_past(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown({"keys": keys, "values": values}, past["keys"], past["values"])
    return output(mixed(queries, cache, mask_for(cache["keys"], queries)), weights), cache


@misconception(
    replaces=cached_attention,
    says="The mask is that of a pass without a cache: new position t sees t + 1 columns.",
    hint="Which columns may a single new token see in your mask, after five cached ones?",
    questions=_MASK,
    differs_only="with cached positions",
)
def mask_not_shifted(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    time = x.shape[-2]
    mask = torch.ones(time, held(past) + time, dtype=torch.bool).tril()
    return attend(x, weights, n_heads, past, mask=mask)


@misconception(
    replaces=cached_attention,
    says="No causal mask is needed.",
    hint="May the first of three new tokens see the third?",
    questions=_MASK,
    differs_only="with several new tokens",
)
def no_mask(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    time = x.shape[-2]
    mask = torch.ones(time, held(past) + time, dtype=torch.bool)
    return attend(x, weights, n_heads, past, mask=mask)


@misconception(
    replaces=cached_attention,
    says="What the mask calls true is hidden.",
    hint="Is the entry of visible for a position and itself true, and what happens to its score?",
    questions=_MASK,
)
def hides_the_visible(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    _, keys, _ = projected(x, weights, n_heads)
    n_new, n_all = keys.shape[-2], held(past) + keys.shape[-2]
    mask = ~torch.ones(n_new, n_all, dtype=torch.bool).tril(held(past))
    return attend(x, weights, n_heads, past, mask=mask)


@misconception(
    replaces=cached_attention,
    says="What may not be seen gets the weight 0 after softmax.",
    hint="What do the weights of one new position sum to?",
    questions=_MASK,
    differs_only="with more than one new position",
)
def mask_after_softmax(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    scores = queries @ cache["keys"].transpose(-2, -1) / math.sqrt(queries.shape[-1])
    seen = softmax(scores) * mask_for(cache["keys"], queries)
    return output(seen @ cache["values"], weights), cache


@misconception(
    replaces=cached_attention,
    says="Softmax runs over the new positions.",
    hint="What do the weights of one new position sum to?",
    questions=["kv-cache.match-tensors-to-shapes"],
)
def softmax_over_queries(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    scores = queries @ cache["keys"].transpose(-2, -1) / math.sqrt(queries.shape[-1])
    scores = scores.masked_fill(~mask_for(cache["keys"], queries), -math.inf)
    return output(scores.softmax(dim=-2) @ cache["values"], weights), cache


@misconception(
    replaces=cached_attention,
    says="The mask is needed in the first pass only; with a cache it is left out.",
    hint="A long prompt comes in two chunks. Which passes need the mask?",
    questions=_MASK,
    differs_only="with several new tokens after cached ones",
)
def mask_only_without_cache(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    wrong = no_mask if held(past) else cached_attention
    return wrong(x, weights, n_heads, past)


@misconception(
    replaces=cached_attention,
    says="A new position attends to what came before it, and not to itself.",
    hint="Whose keys has the very first position of a prompt?",
    questions=["kv-cache.order-prefill-decode"],
)
def blind_to_itself(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    time = x.shape[-2]
    mask = torch.ones(time, held(past) + time, dtype=torch.bool).tril(held(past) - 1)
    return attend(x, weights, n_heads, past, mask=mask)


@misconception(
    replaces=cached_attention,
    says="The scores are divided by the root of the number of positions.",
    hint="Should a longer cache make every score smaller?",
    questions=["kv-cache.match-tensors-to-shapes"],
)
def scaled_by_length(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    length = cache["keys"].shape[-2]
    mask = mask_for(cache["keys"], queries)
    return output(mixed(queries, cache, mask, divisor=math.sqrt(length)), weights), cache


@misconception(
    replaces=cached_attention,
    says="The scores are not divided by anything.",
    hint="By what are the scores divided in self-attention without a cache?",
    questions=["kv-cache.turned-on"],
)
def no_scale(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    mask = mask_for(cache["keys"], queries)
    return output(mixed(queries, cache, mask, divisor=1.0), weights), cache


@misconception(
    replaces=cached_attention,
    says="The scores are divided by the root of the width of all heads together.",
    hint="How many numbers does the product of one query and one key add up?",
    questions=["kv-cache.turned-on"],
    differs_only="with more than one head",
)
def scaled_by_width(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    mask = mask_for(cache["keys"], queries)
    return output(mixed(queries, cache, mask, divisor=math.sqrt(x.shape[-1])), weights), cache


@misconception(
    replaces=cached_attention,
    says="The scores are divided by the width of a head, and not by its root.",
    hint="By what are the scores divided in self-attention without a cache?",
    questions=["kv-cache.turned-on"],
    differs_only="with heads wider than 1",
)
def scaled_twice(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    mask = mask_for(cache["keys"], queries)
    return output(mixed(queries, cache, mask, divisor=queries.shape[-1]), weights), cache


@misconception(
    replaces=cached_attention,
    says="The heads are joined while their axis stands before the positions.",
    hint="Which numbers stand in one row of your joined heads: those of one position?",
    questions=["kv-cache.match-tensors-to-shapes"],
    differs_only="with more than one head and more than one new position",
)
def joined_before_turning(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    mix = mixed(queries, cache, mask_for(cache["keys"], queries))
    return mix.reshape(x.shape) @ weights["output"] + weights["output_bias"], cache


@misconception(
    replaces=cached_attention,
    says="The output projection has no bias.",
    hint="Which entry of the weights does your function never read?",
    questions=["kv-cache.turned-on"],
)
def no_output_bias(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    answer, cache = cached_attention(x, weights, n_heads, past)
    return answer - weights["output_bias"], cache


@misconception(
    replaces=cached_attention,
    says="The cache of the first sequence serves the whole batch.",
    hint="Whose keys does the second sequence of the batch read?",
    questions=["kv-cache.match-tensors-to-shapes"],
    differs_only="with more than one sequence and cached positions",
)
def first_row_for_all(
    x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache
) -> Answer:
    first: LayerCache = {
        "keys": past["keys"][:1].expand_as(past["keys"]),
        "values": past["values"][:1].expand_as(past["values"]),
    }
    return cached_attention(x, weights, n_heads, first)


@misconception(
    replaces=cached_attention,
    says="New positions attend to the three newest cached ones and to themselves.",
    hint="How far back does a token see in standard attention?",
    questions=["kv-cache.turned-on"],
    differs_only="with more than three cached positions",
)
def near_past_only(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    near: LayerCache = {"keys": past["keys"][..., -3:, :], "values": past["values"][..., -3:, :]}
    seen = grown(near, keys, values)
    mix = mixed(queries, seen, mask_for(seen["keys"], queries))
    return output(mix, weights), grown(past, keys, values)


@misconception(
    replaces=cached_attention,
    says="Cached and new positions have a softmax each, and the two results are added.",
    hint="What do the weights of one query sum to, over cached and new positions together?",
    questions=["kv-cache.match-tensors-to-shapes"],
    differs_only="with cached positions",
)
def two_softmaxes(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    new: LayerCache = {"keys": keys, "values": values}
    mix = mixed(queries, new, mask_for(keys, queries))
    if held(past):
        mix = mix + mixed(queries, past, torch.ones(x.shape[-2], held(past), dtype=torch.bool))
    return output(mix, weights), cache


@equivalent(replaces=cached_attention, says="The queries are scaled before the product.")
def queries_scaled(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    mask = mask_for(cache["keys"], queries)
    small = queries / math.sqrt(queries.shape[-1])
    return output(mixed(small, cache, mask, divisor=1.0), weights), cache


@equivalent(replaces=cached_attention, says="Masked scores get a large negative number.")
def additive_mask(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    queries, keys, values = projected(x, weights, n_heads)
    cache = grown(past, keys, values)
    scores = queries @ cache["keys"].transpose(-2, -1) / math.sqrt(queries.shape[-1])
    added = torch.where(mask_for(cache["keys"], queries), 0.0, -1e9).to(x.dtype)
    return output(softmax(scores + added) @ cache["values"], weights), cache


@equivalent(replaces=cached_attention, says="New positions come in one by one.")
def one_by_one(x: Tensor, weights: AttentionWeights, n_heads: int, past: LayerCache) -> Answer:
    outputs = []
    for t in range(x.shape[-2]):
        one, past = cached_attention(x[:, t : t + 1], weights, n_heads, past)
        outputs.append(one)
    return torch.cat(outputs, dim=1), past
