"""What people get wrong about the cache of a padded batch, and about which axis is cut."""

from collections.abc import Sequence

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.kv_cache.batches import batch_prefill, truncate
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.passes import Answer, Caches
from reference.kv_cache.passes import CachedModel

_LENGTHS = "with prompts of different lengths"


@misconception(
    replaces=truncate,
    says="The last axis is cut.",
    hint="What are the four axes of the keys, and which of them counts the positions?",
    questions=["kv-cache.cut-back", "kv-cache.match-tensors-to-shapes"],
)
def last_axis_cut(cache: Caches, n: int) -> list[LayerCache]:
    return [
        {"keys": layer["keys"][..., :n].clone(), "values": layer["values"][..., :n].clone()}
        for layer in cache
    ]


@misconception(
    replaces=truncate,
    says="The later positions are set to zero, and stay.",
    hint="How many positions has your cache, and at which position will the next token stand?",
    questions=["kv-cache.cut-back"],
    differs_only="where something is cut",
)
def later_ones_zeroed(cache: Caches, n: int) -> list[LayerCache]:
    def zeroed(kept: Tensor) -> Tensor:
        return torch.cat([kept[..., :n, :], torch.zeros_like(kept[..., n:, :])], dim=-2)

    return [{"keys": zeroed(layer["keys"]), "values": zeroed(layer["values"])} for layer in cache]


@misconception(
    replaces=batch_prefill,
    says="The zeros of the cache stand behind each prompt.",
    hint="On which side of a row is the padding, in the ids and in your cache?",
    questions=["kv-cache.left-padding"],
    differs_only=_LENGTHS,
)
def cache_padded_on_the_right(
    token_ids: Tensor, lengths: Sequence[int], model: CachedModel
) -> Answer:
    logits, cache = batch_prefill(token_ids, lengths, model)

    def moved(kept: Tensor) -> Tensor:
        rows = zip(kept, lengths, strict=True)
        return torch.stack([row.roll(length, dims=-2) for row, length in rows])

    return logits, [{"keys": moved(c["keys"]), "values": moved(c["values"])} for c in cache]


@misconception(
    replaces=batch_prefill,
    says="The rows come back in the order of their lengths.",
    hint="Whose logits does the first row of yours hold?",
    questions=["kv-cache.left-padding"],
    differs_only=_LENGTHS,
)
def rows_by_length(token_ids: Tensor, lengths: Sequence[int], model: CachedModel) -> Answer:
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    return batch_prefill(token_ids[order], [lengths[row] for row in order], model)
