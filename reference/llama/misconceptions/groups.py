"""What people get wrong about grouped attention: which head uses which group, and the scale."""

import math

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.llama.grouped_attention import grouped_attention, visible
from reference.llama.misconceptions.grouped_parts import wrong


@misconception(
    replaces=grouped_attention,
    says="The groups are dealt to the query heads in turn: head j uses group j % g.",
    hint="With h = 6 and g = 3, which groups do heads 0 and 1 use?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="where h, g and 1 are three numbers",
)
def groups_dealt_in_turn(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("groups_dealt_in_turn", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The keys are dealt to the query heads in turn, the values to neighbours.",
    hint="Do your keys and your values of head 1 come from the same group?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="where h, g and 1 are three numbers",
)
def keys_dealt_in_turn(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("keys_dealt_in_turn", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The values are dealt to the query heads in turn, the keys to neighbours.",
    hint="Do your keys and your values of head 1 come from the same group?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="where h, g and 1 are three numbers",
)
def values_dealt_in_turn(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("values_dealt_in_turn", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Keys and values are repeated along time, and then reshaped to h heads.",
    hint="Print the keys of head 0. Does a token occur in it twice?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="with fewer groups than heads and more than one key",
)
def repeated_along_time(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("repeated_along_time", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="All query heads use the keys and values of the first group.",
    hint="Change the values of the last group. Does your result change?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="with more than one group",
)
def first_group_only(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("first_group_only", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="All query heads use the mean of the groups.",
    hint="Change the values of the last group. Which heads of the result may change?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="with more than one group",
)
def mean_of_groups(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mean_of_groups", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The first query heads use the last group.",
    hint="With h = 6 and g = 3, which group does head 0 use?",
    questions=["llama-family.group-of-a-head"],
    differs_only="with more than one group",
)
def groups_reversed(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("groups_reversed", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The query heads of a group are averaged, since they share one set of keys.",
    hint="Can two heads of one group have different attention weights?",
    questions=["self-attention.grouped-shapes"],
    differs_only="with fewer groups than heads",
)
def queries_averaged(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("queries_averaged", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says=(
        "The results come back by their place in the group: first all first heads, then all "
        "second ones."
    ),
    hint="Change query head 1 alone. Which head of the result changes?",
    questions=["llama-family.group-of-a-head"],
    differs_only="where h, g and 1 are three numbers",
)
def joined_by_place_in_group(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("joined_by_place_in_group", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The scores need no division before softmax.",
    hint="How does a typical dot product grow with the number of components?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def no_scale(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("no_scale", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The scores are divided by the head width itself.",
    hint="By how much does the spread of a sum grow when it has four times as many terms?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
)
def scale_without_root(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("scale_without_root", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The scores are multiplied by the square root of the head width.",
    hint="Should the scores become larger or smaller when the heads are wider?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def scale_multiplied(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("scale_multiplied", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The scores are divided by the root of the width of all query heads together.",
    hint="Over how many components does one of your dot products run?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
    differs_only="with more than one query head",
)
def scale_by_all_heads(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("scale_by_all_heads", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The scores are divided by the root of the width of all groups together.",
    hint="Over how many components does one of your dot products run?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
    differs_only="with more than one group",
)
def scale_by_groups(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("scale_by_groups", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The scores are divided by the square root of the number of keys.",
    hint="Cut off the last token. Which of the earlier results should change?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
)
def scale_by_length(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("scale_by_length", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="All visible keys get the same weight.",
    hint="Change a query. Does its result change?",
    questions=["self-attention.read-a-matrix", "self-attention.weight-of-one-key"],
    differs_only="with more than one key",
)
def uniform(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("uniform", queries, keys, values)


@equivalent(replaces=grouped_attention, says="Queries get an axis of groups; nothing is copied.")
def axis_of_groups(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    batch, _, *others = queries.shape
    by_group = queries.reshape(batch, keys.shape[1], -1, *others)  # (B, g, h/g, T, D)
    scores = torch.einsum("bgrtd,bgsd->bgrts", by_group, keys) / math.sqrt(keys.shape[-1])
    hidden = ~visible(*scores.shape[-2:])
    weights = scores.masked_fill(hidden, -math.inf).softmax(dim=-1)
    return torch.einsum("bgrts,bgsd->bgrtd", weights, values).flatten(1, 2)


@equivalent(replaces=grouped_attention, says="The query heads are taken one after the other.")
def head_by_head(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    n_heads, n_groups = queries.shape[1], keys.shape[1]
    heads = []
    for j in range(n_heads):
        group = [j * n_groups // n_heads]
        heads.append(grouped_attention(queries[:, [j]], keys[:, group], values[:, group]))
    return torch.cat(heads, dim=1)


@equivalent(replaces=grouped_attention, says="The queries are scaled before the products.")
def queries_scaled(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    n_keys, width = keys.shape[-2:]
    shared = queries.shape[1] // keys.shape[1]
    keys, values = (x.repeat_interleave(shared, 1) for x in (keys, values))
    scores = (queries / math.sqrt(width)) @ keys.transpose(-2, -1)
    penalty = torch.full((queries.shape[-2], n_keys), -1e30, dtype=scores.dtype)
    penalty = penalty.triu(n_keys - queries.shape[-2] + 1)
    return (scores + penalty).softmax(-1) @ values


@equivalent(replaces=grouped_attention, says="The queries are taken one after the other.")
def query_by_query(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    past = keys.shape[-2] - queries.shape[-2]
    rows = [
        grouped_attention(
            queries[:, :, [t]], keys[:, :, : past + t + 1], values[:, :, : past + t + 1]
        )
        for t in range(queries.shape[-2])
    ]
    return torch.cat(rows, dim=-2)
