"""What people get wrong about cutting a cache back, and about padded prompts in one batch."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm
from reference.decoder.softmax import softmax
from reference.kv_cache.batches import batch_prefill, truncate
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.attention_parts import output, projected
from reference.kv_cache.passes import CachedModel, logits_of, prefill

Caches = Sequence[LayerCache]
Answer = tuple[Tensor, list[LayerCache]]
_CUT = ["kv-cache.cut-back"]
_PADDED = ["kv-cache.left-padding"]


def _each(cache: Caches, part: Callable[[Tensor], Tensor]) -> list[LayerCache]:
    return [
        {"keys": part(layer["keys"]).clone(), "values": part(layer["values"]).clone()}
        for layer in cache
    ]


@misconception(
    replaces=truncate,
    says="The newest n positions are kept.",
    hint="Which tokens are taken back: the oldest or the newest?",
    questions=_CUT,
)
def newest_kept(cache: Caches, n: int) -> list[LayerCache]:
    return _each(cache, lambda kept: kept[..., max(0, kept.shape[-2] - n) :, :])


@misconception(
    replaces=truncate,
    says="The slice from -n on is what is kept, and so everything for n = 0.",
    hint="Which positions has the slice [-n:], the oldest or the newest, and which has [-0:]?",
    questions=_CUT,
)
def sliced_from_minus_n(cache: Caches, n: int) -> list[LayerCache]:
    return _each(cache, lambda kept: kept[..., -n:, :])


@misconception(
    replaces=truncate,
    says="The slice up to -n is what is kept, and so nothing for n = 0.",
    hint="Is n what stays, or what goes, and what is the slice [:-0]?",
    questions=_CUT,
)
def sliced_to_minus_n(cache: Caches, n: int) -> list[LayerCache]:
    return _each(cache, lambda kept: kept[..., :-n, :])


@misconception(
    replaces=truncate,
    says="n positions are taken off the end.",
    hint="Is n what stays, or what goes?",
    questions=_CUT,
)
def n_taken_off(cache: Caches, n: int) -> list[LayerCache]:
    return _each(cache, lambda kept: kept[..., : kept.shape[-2] - n, :])


@misconception(
    replaces=truncate,
    says="Only the cache of the first layer is cut.",
    hint="How long is the cache of the second layer afterwards?",
    questions=["kv-cache.one-cache-for-all-layers", *_CUT],
    differs_only="with more than one layer",
)
def first_layer_alone(cache: Caches, n: int) -> list[LayerCache]:
    return [*truncate(cache[:1], n), *_each(cache[1:], lambda kept: kept)]


@misconception(
    replaces=truncate,
    says="The keys are cut, and the values are not.",
    hint="How many keys and how many values does the cache hold afterwards?",
    questions=["kv-cache.size", *_CUT],
)
def keys_alone(cache: Caches, n: int) -> list[LayerCache]:
    cut = truncate(cache, n)
    return [
        {"keys": short["keys"], "values": whole["values"].clone()}
        for short, whole in zip(cut, cache, strict=True)
    ]


@misconception(
    replaces=truncate,
    says="The second axis is cut.",
    hint="Which are the four axes of the cached keys, in their order?",
    questions=["kv-cache.match-tensors-to-shapes", *_CUT],
)
def heads_cut(cache: Caches, n: int) -> list[LayerCache]:
    return _each(cache, lambda kept: kept[:, :n])


@misconception(
    replaces=truncate,
    says="The positions 0 to n are kept, both of them included.",
    hint="How many positions are there from 0 to n?",
    questions=_CUT,
)
def one_too_many_kept(cache: Caches, n: int) -> list[LayerCache]:
    return truncate(cache, n + 1)


@misconception(
    replaces=truncate,
    says="The n-th position goes as well.",
    hint="How many positions does the cache hold afterwards?",
    questions=_CUT,
)
def one_too_few_kept(cache: Caches, n: int) -> list[LayerCache]:
    return truncate(cache, max(0, n - 1))


@misconception(
    replaces=truncate,
    says="I cut the keys and values in the cache that was handed in.",
    hint="Can the caller go back to the longer cache?",
    questions=["kv-cache.two-branches", *_CUT],
)
def changes_the_cache(cache: Caches, n: int) -> list[LayerCache]:
    for layer, short in zip(cache, truncate(cache, n), strict=True):
        layer.update(short)
    return list(cache)


@equivalent(replaces=truncate, says="The positions are chosen by a list of their numbers.")
def by_index(cache: Caches, n: int) -> list[LayerCache]:
    return _each(cache, lambda kept: kept[..., torch.arange(min(n, kept.shape[-2])), :])


def _places(token_ids: Tensor, lengths: Sequence[int]) -> Tensor:
    """For each place of a row, its position in the prompt; below 0 in the padding, (B, T)."""
    longest = token_ids.shape[-1]
    return torch.arange(longest) - (longest - torch.tensor(list(lengths)))[:, None]


def _padded_pass(
    token_ids: Tensor,
    model: CachedModel,
    *,
    positions: Tensor,
    real: Tensor,
    hides: float = -1e9,
) -> Answer:
    """One pass over a padded batch: final hidden states, (B, T, d), and the cache as it comes.

    Args:
        positions: of the tokens, (B, T).
        real: which keys may be seen at all, (B, T).
        hides: what stands in the place of a hidden score.
    """
    longest, n_heads, eps = token_ids.shape[-1], model["n_heads"], model["eps"]
    mask = torch.ones(longest, longest, dtype=torch.bool).tril() & real[:, None, None, :]
    x = model["token_embedding"][token_ids] + model["position_embedding"][positions]
    cache: list[LayerCache] = []
    for weights in model["layers"]:
        gain, bias = weights["attention_norm_gain"], weights["attention_norm_bias"]
        queries, keys, values = projected(
            layer_norm(x, gain, bias, eps), weights["attention"], n_heads
        )
        scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
        mix = softmax(scores.masked_fill(~mask, hides)) @ values
        x = x + output(mix, weights["attention"])
        gain, bias = weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"]
        x = x + feed_forward(layer_norm(x, gain, bias, eps), weights["feed_forward"])
        cache.append({"keys": keys, "values": values})
    return x, cache


def _without_padding(cache: Caches, real: Tensor) -> list[LayerCache]:
    """Zeros where a row has padding."""
    return _each(cache, lambda kept: kept * real[:, None, :, None])


@misconception(
    replaces=batch_prefill,
    says="Positions count from the beginning of the row, padding and all.",
    hint="At which position does the first real token of the shortest prompt stand?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def positions_count_padding(
    token_ids: Tensor, lengths: Sequence[int], model: CachedModel
) -> Answer:
    real = _places(token_ids, lengths) >= 0
    positions = torch.arange(token_ids.shape[-1]).expand_as(token_ids)
    hidden, cache = _padded_pass(token_ids, model, positions=positions, real=real)
    return logits_of(hidden[:, -1], model), _without_padding(cache, real)


@misconception(
    replaces=batch_prefill,
    says="The causal mask is enough; padding lies in the past and may be seen.",
    hint="Change the ids in the padding. Do your logits change?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def padding_seen(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    places = _places(token_ids, lengths)
    hidden, cache = _padded_pass(
        token_ids, model, positions=places.clamp(min=0), real=torch.ones_like(places) > 0
    )
    return logits_of(hidden[:, -1], model), _without_padding(cache, places >= 0)


@misconception(
    replaces=batch_prefill,
    says="Padding is what has the id 0.",
    hint="Which ids may a prompt hold, and which may the padding?",
    questions=_PADDED,
    differs_only="with another id in the padding, or id 0 in a prompt",
)
def padding_is_id_zero(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    places, real = _places(token_ids, lengths), token_ids != 0
    hidden, cache = _padded_pass(token_ids, model, positions=places.clamp(min=0), real=real)
    return logits_of(hidden[:, -1], model), _without_padding(cache, real)


@misconception(
    replaces=batch_prefill,
    says="The first ids of each row are its prompt, and the padding follows.",
    hint="On which side of a row is the padding?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def padded_on_the_right(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    rows = [row[:length] for row, length in zip(token_ids, lengths, strict=True)]
    moved = torch.zeros_like(token_ids)
    for place, row in zip(moved, rows, strict=True):
        place[len(place) - len(row) :] = row
    return batch_prefill(moved, lengths, model)


@misconception(
    replaces=batch_prefill,
    says="The logits of a row are those at its length less one.",
    hint="In which column stands the last token of a short prompt?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def logits_by_length(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    places = _places(token_ids, lengths)
    hidden, cache = _padded_pass(token_ids, model, positions=places.clamp(min=0), real=places >= 0)
    last = torch.stack([row[length - 1] for row, length in zip(hidden, lengths, strict=True)])
    return logits_of(last, model), _without_padding(cache, places >= 0)


@misconception(
    replaces=batch_prefill,
    says="Keys and values of the padding stay in the cache.",
    hint="What does the handout say of the cache where a row has padding?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def padding_cached(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    places = _places(token_ids, lengths)
    hidden, cache = _padded_pass(token_ids, model, positions=places.clamp(min=0), real=places >= 0)
    return logits_of(hidden[:, -1], model), cache


@misconception(
    replaces=batch_prefill,
    says="A padded batch is prefilled like any other.",
    hint="What do you use the lengths for?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def lengths_ignored(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    return prefill(token_ids, model)


@misconception(
    replaces=batch_prefill,
    says="Scores of padding become minus infinity, in the rows of the padding as well.",
    hint="What is the softmax of a row in which every score is minus infinity?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def nan_from_padding(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    places = _places(token_ids, lengths)
    hidden, cache = _padded_pass(
        token_ids, model, positions=places.clamp(min=0), real=places >= 0, hides=-math.inf
    )
    return logits_of(hidden[:, -1], model), _without_padding(cache, places >= 0)


@misconception(
    replaces=batch_prefill,
    says="All prompts are cut to the length of the shortest.",
    hint="Which tokens of the longest prompt does your pass read?",
    questions=_PADDED,
    differs_only="with prompts of different lengths",
)
def cut_to_the_shortest(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    return batch_prefill(token_ids, [min(lengths)] * len(lengths), model)


@misconception(
    replaces=batch_prefill,
    says="I write id 0 over the padding in the ids that were handed in.",
    hint="Print the ids after the call. What has become of them?",
    questions=_PADDED,
    differs_only="with another id in the padding",
)
def padding_overwritten(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    token_ids.masked_fill_(_places(token_ids, lengths) < 0, 0)
    return batch_prefill(token_ids, lengths, model)


@equivalent(replaces=batch_prefill, says="One pass with a mask and positions for each row.")
def in_one_pass(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    places = _places(token_ids, lengths)
    hidden, cache = _padded_pass(token_ids, model, positions=places.clamp(min=0), real=places >= 0)
    return logits_of(hidden[:, -1], model), _without_padding(cache, places >= 0)
