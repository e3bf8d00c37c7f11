"""What people get wrong about prefill and decode."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.softmax import softmax
from reference.kv_cache.cache import LayerCache, cached_positions
from reference.kv_cache.layers import cached_stack
from reference.kv_cache.passes import (
    CachedModel,
    decode,
    logits_of,
    new_cache,
    next_logits,
    prefill,
)
from reference.kv_cache.positions import position_ids

Caches = Sequence[LayerCache]
Answer = tuple[Tensor, list[LayerCache]]
_POSITIONS = ["kv-cache.decode-disagrees"]


def states(
    token_ids: Tensor, model: CachedModel, cache: Caches, positions: Tensor | None
) -> Answer:
    """The final hidden states of new tokens, (B, T, d), at these positions; None adds none."""
    embedded = model["token_embedding"][token_ids]
    if positions is not None:
        embedded = embedded + model["position_embedding"][positions]
    return cached_stack(embedded, model["layers"], model["n_heads"], model["eps"], cache)


def _prompt_states(token_ids: Tensor, model: CachedModel) -> Answer:
    positions = position_ids(0, token_ids.shape[-1])
    return states(token_ids, model, new_cache(token_ids, model), positions)


@misconception(
    replaces=prefill,
    says="The logits of the first position predict what follows the prompt.",
    hint="Which tokens has the row that you read seen?",
    questions=["kv-cache.order-prefill-decode", "diagnosis.input-grows-output-does-not"],
    differs_only="with more than one token",
)
def first_position(token_ids: Tensor, model: CachedModel) -> Answer:
    hidden, cache = _prompt_states(token_ids, model)
    return logits_of(hidden[:, 0], model), cache


@misconception(
    replaces=prefill,
    says="The logits of the position before the last one predict what follows.",
    hint="Which position has seen the whole prompt?",
    questions=["kv-cache.order-prefill-decode"],
    differs_only="with more than one token",
)
def second_last_position(token_ids: Tensor, model: CachedModel) -> Answer:
    hidden, cache = _prompt_states(token_ids, model)
    return logits_of(hidden[:, -2:][:, 0], model), cache


@misconception(
    replaces=prefill,
    says="The logits of all positions come back.",
    hint="How many next tokens does a prompt have?",
    questions=["kv-cache.order-prefill-decode"],
)
def every_position(token_ids: Tensor, model: CachedModel) -> Answer:
    hidden, cache = _prompt_states(token_ids, model)
    return logits_of(hidden, model), cache


@misconception(
    replaces=prefill,
    says="The hidden states go to the output projection without the final normalization.",
    hint="What stands between the last decoder layer and the output projection?",
    questions=["output-and-softmax.no-final-norm"],
)
def no_final_norm(token_ids: Tensor, model: CachedModel) -> Answer:
    hidden, cache = _prompt_states(token_ids, model)
    return hidden[:, -1] @ model["output_weight"], cache


@misconception(
    replaces=prefill,
    says="Prefill returns probabilities.",
    hint="What do the numbers of one row sum to, and what should logits sum to?",
    questions=["output-and-softmax.add-seven"],
)
def probabilities(token_ids: Tensor, model: CachedModel) -> Answer:
    logits, cache = prefill(token_ids, model)
    return softmax(logits), cache


@misconception(
    replaces=prefill,
    says="The first token of the prompt stands at position 1.",
    hint="Which row of the position embedding does the first token get?",
    questions=_POSITIONS,
)
def positions_from_one(token_ids: Tensor, model: CachedModel) -> Answer:
    positions = position_ids(1, token_ids.shape[-1])
    hidden, cache = states(token_ids, model, new_cache(token_ids, model), positions)
    return logits_of(hidden[:, -1], model), cache


@misconception(
    replaces=prefill,
    says="The tokens are embedded without their positions.",
    hint="Exchange two tokens of the prompt. What changes in the first layer's keys?",
    questions=_POSITIONS,
)
def no_positions(token_ids: Tensor, model: CachedModel) -> Answer:
    hidden, cache = states(token_ids, model, new_cache(token_ids, model), None)
    return logits_of(hidden[:, -1], model), cache


@misconception(
    replaces=prefill,
    says="The last token of the prompt is not cached; it is fed again in the first decode.",
    hint="How many positions does your cache hold after a prompt of five?",
    questions=["kv-cache.last-prompt-token"],
)
def last_token_not_cached(token_ids: Tensor, model: CachedModel) -> Answer:
    logits, cache = prefill(token_ids, model)
    return logits, [
        {"keys": c["keys"][..., :-1, :], "values": c["values"][..., :-1, :]} for c in cache
    ]


@misconception(
    replaces=prefill,
    says="The last prompt of the batch gives the logits of all.",
    hint="Along which axis is your last position the last one?",
    questions=["kv-cache.match-tensors-to-shapes"],
    differs_only="with more than one sequence",
)
def last_row_for_all(token_ids: Tensor, model: CachedModel) -> Answer:
    logits, cache = prefill(token_ids, model)
    return logits[-1:].expand_as(logits).clone(), cache


@misconception(
    replaces=prefill,
    says="I keep the cache in the dict of the model, so that decode finds it there.",
    hint="Two prompts are prefilled, one after the other. Whose cache is in the model?",
    questions=["kv-cache.two-branches"],
)
def kept_in_the_model(token_ids: Tensor, model: CachedModel) -> Answer:
    logits, cache = prefill(token_ids, model)
    cast(dict[str, Any], model)["cache"] = cache
    return logits, cache


@equivalent(replaces=prefill, says="The prompt goes in token by token.")
def token_by_token(token_ids: Tensor, model: CachedModel) -> Answer:
    cache, logits = new_cache(token_ids, model), torch.zeros(0)
    for t in range(token_ids.shape[-1]):
        logits, cache = next_logits(token_ids[:, t : t + 1], model, cache)
    return logits, cache


@equivalent(replaces=prefill, says="The logits of all positions, of which the last ones are taken.")
def last_of_all(token_ids: Tensor, model: CachedModel) -> Answer:
    logits, cache = every_position(token_ids, model)
    return logits[:, -1], cache


def _decoded(token_ids: Tensor, cache: Caches, model: CachedModel, *, at: int | None) -> Answer:
    positions = None if at is None else torch.tensor([at])
    hidden, grown = states(token_ids[:, None], model, cache, positions)
    return logits_of(hidden[:, -1], model), grown


@misconception(
    replaces=decode,
    says="The new token stands at position 0, for it is the only one in its pass.",
    hint="Where does the new token stand in the text?",
    questions=_POSITIONS,
)
def position_zero(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, cache, model, at=0)


@misconception(
    replaces=decode,
    says="After S cached positions the new token stands at S + 1.",
    hint="Positions count from 0. Which number has the one after S of them?",
    questions=_POSITIONS,
)
def position_one_late(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, cache, model, at=cached_positions(cache) + 1)


@misconception(
    replaces=decode,
    says="The new token stands at S - 1, where the cache ends.",
    hint="Which token stands at the last cached position?",
    questions=_POSITIONS,
)
def position_one_early(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, cache, model, at=cached_positions(cache) - 1)


@misconception(
    replaces=decode,
    says="The length of the list of caches is the position of the new token.",
    hint="What does your list hold one entry for: each position, or each layer?",
    questions=["kv-cache.match-tensors-to-shapes", *_POSITIONS],
)
def position_by_layers(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, cache, model, at=len(cache))


@misconception(
    replaces=decode,
    says="The second axis of the cached keys tells how many positions there are.",
    hint="Which are the four axes of the cached keys, in their order?",
    questions=["kv-cache.match-tensors-to-shapes", *_POSITIONS],
)
def position_by_heads(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, cache, model, at=cache[0]["keys"].shape[1])


@misconception(
    replaces=decode,
    says="A single token needs no position embedding.",
    hint="How does the model know that this token is not the first one?",
    questions=_POSITIONS,
)
def no_position(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, cache, model, at=None)


@misconception(
    replaces=decode,
    says="The new token runs with an empty cache.",
    hint="Change the cache that you hand in. Do the logits change?",
    questions=["kv-cache.order-prefill-decode", *_POSITIONS],
)
def cache_not_used(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    empty = new_cache(token_ids[:, None], model)
    return _decoded(token_ids, empty, model, at=cached_positions(cache))


@misconception(
    replaces=decode,
    says="The cache comes back as it came in.",
    hint="What does the step after this one find of this token?",
    questions=["kv-cache.order-prefill-decode", "kv-cache.decode-disagrees"],
)
def cache_not_grown(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    logits, _ = decode(token_ids, cache, model)
    return logits, [{"keys": c["keys"].clone(), "values": c["values"].clone()} for c in cache]


@misconception(
    replaces=decode,
    says="The returned cache holds the new token alone.",
    hint="How many positions has your cache after three steps?",
    questions=["kv-cache.order-prefill-decode", "kv-cache.decode-disagrees"],
)
def only_newest_kept(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    logits, grown = decode(token_ids, cache, model)
    return logits, [
        {"keys": c["keys"][..., -1:, :], "values": c["values"][..., -1:, :]} for c in grown
    ]


@misconception(
    replaces=decode,
    says="Only the newest eight positions of the cache are read and kept.",
    hint="Does your cache still grow after the tenth token?",
    questions=["kv-cache.size", "kv-cache.turned-on"],
    differs_only="with more than eight cached positions",
)
def newest_eight(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    at = cached_positions(cache)
    near: list[LayerCache] = [
        {"keys": c["keys"][..., -8:, :], "values": c["values"][..., -8:, :]} for c in cache
    ]
    return _decoded(token_ids, near, model, at=at)


@misconception(
    replaces=decode,
    says="The logits keep the axis of positions.",
    hint="How many axes has what you return, and what is the middle one for?",
    questions=["kv-cache.match-tensors-to-shapes"],
)
def position_axis_kept(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    logits, grown = decode(token_ids, cache, model)
    return logits[:, None], grown


@misconception(
    replaces=decode,
    says="The first token of the batch is fed to all sequences.",
    hint="Which token does the second sequence get?",
    questions=["kv-cache.match-tensors-to-shapes"],
    differs_only="with more than one sequence",
)
def first_token_for_all(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return decode(token_ids[:1].expand_as(token_ids), cache, model)


@misconception(
    replaces=decode,
    says="The hidden states go to the output projection without the final normalization.",
    hint="What stands between the last decoder layer and the output projection?",
    questions=["output-and-softmax.no-final-norm"],
)
def no_last_norm(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    at = torch.tensor([cached_positions(cache)])
    hidden, grown = states(token_ids[:, None], model, cache, at)
    return hidden[:, -1] @ model["output_weight"], grown


@misconception(
    replaces=decode,
    says="I put the grown keys and values into the cache that was handed in.",
    hint="Two tokens are tried after one prompt. What does the second find in the cache?",
    questions=["kv-cache.two-branches"],
)
def changes_its_cache(token_ids: Tensor, cache: list[LayerCache], model: CachedModel) -> Answer:
    logits, grown = decode(token_ids, cache, model)
    for layer, new in zip(cache, grown, strict=True):
        layer.update(new)
    return logits, cache


@equivalent(replaces=decode, says="The cache is looked up once and its layers by number.")
def by_numbers(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return _decoded(token_ids, list(cache), model, at=cached_positions(cache))
