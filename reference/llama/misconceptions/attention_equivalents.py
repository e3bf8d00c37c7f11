"""Other right ways through the attention sub-layer, some of which look like mistakes.

B batch, T time, h query heads, g groups, D width of a head.
"""

import torch
from torch import Tensor

from grader.subject.misconception import equivalent
from reference.llama.attention_sublayer import (
    GroupedAttentionWeights,
    LlamaSettings,
    llama_attention,
    split_heads,
)
from reference.llama.grouped_attention import grouped_attention
from reference.llama.rotation import rotate


@equivalent(
    replaces=llama_attention,
    says="All positions are larger by 1: only their differences reach the scores.",
)
def positions_from_one(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, weights, positions + 1, config)


@equivalent(
    replaces=llama_attention,
    says="Queries and keys are rearranged alike after the rotation, which no product notices.",
)
def rearranged_alike(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    def turned(projected: Tensor, n_heads: int) -> Tensor:
        halves = rotate(split_heads(projected, n_heads), positions, config["base"]).chunk(2, -1)
        return torch.stack(halves, dim=-1).flatten(-2)  # neighbours in the place of halves

    queries = turned(x @ weights["query"], config["n_heads"])
    keys = turned(x @ weights["key"], config["n_groups"])
    values = split_heads(x @ weights["value"], config["n_groups"])
    mixed = grouped_attention(queries, keys, values)
    return mixed.transpose(1, 2).flatten(-2) @ weights["output"]


@equivalent(replaces=llama_attention, says="Keys and values are repeated for all heads first.")
def repeated_first(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    shared = config["n_heads"] // config["n_groups"]

    def repeated(matrix: Tensor) -> Tensor:
        """The columns of each group for each of its heads: (d, g D) -> (d, h D)."""
        groups = matrix.reshape(len(matrix), config["n_groups"], -1)
        return groups.repeat_interleave(shared, dim=-2).flatten(-2)

    wide: GroupedAttentionWeights = {
        **weights,
        "key": repeated(weights["key"]),
        "value": repeated(weights["value"]),
    }
    return llama_attention(x, wide, positions, {**config, "n_groups": config["n_heads"]})


@equivalent(replaces=llama_attention, says="One matrix projects to queries, keys and values.")
def one_projection(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    h, g = config["n_heads"], config["n_groups"]
    whole = x @ torch.cat([weights["query"], weights["key"], weights["value"]], dim=1)
    heads = split_heads(whole, h + 2 * g)  # (B, h + 2 g, T, D)
    turned = rotate(heads[:, : h + g], positions, config["base"])
    mixed = grouped_attention(turned[:, :h], turned[:, h:], heads[:, h + g :])
    matrices = weights["output"].reshape(h, -1, x.shape[-1])  # (h, D, d)
    return torch.einsum("bhti,hid->btd", mixed, matrices)


@equivalent(replaces=llama_attention, says="Keys turn backwards by what the queries are ahead.")
def turned_to_the_last(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, weights, positions - positions[:, -1:], config)
