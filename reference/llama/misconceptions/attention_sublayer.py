"""What people get wrong about the attention sub-layer: what is rotated, and how heads are cut.

B batch, T time, d width, h query heads, g groups, D width of a head.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.llama.attention_sublayer import (
    GroupedAttentionWeights,
    LlamaSettings,
    llama_attention,
    split_heads,
)
from reference.llama.grouped_attention import grouped_attention
from reference.llama.rotation import rotate

Split = Callable[[Tensor, int], Tensor]


def _projected(
    x: Tensor,
    weights: GroupedAttentionWeights,
    config: LlamaSettings,
    *,
    split: Split = split_heads,
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries (B, h, T, D), keys and values (B, g, T, D), before any rotation."""
    return (
        split(x @ weights["query"], config["n_heads"]),
        split(x @ weights["key"], config["n_groups"]),
        split(x @ weights["value"], config["n_groups"]),
    )


def _joined(mixed: Tensor, weights: GroupedAttentionWeights) -> Tensor:
    return mixed.transpose(-3, -2).flatten(-2) @ weights["output"]


def _mixed(
    x: Tensor,
    weights: GroupedAttentionWeights,
    positions: Tensor,
    config: LlamaSettings,
    *,
    split: Split = split_heads,
) -> Tensor:
    """The values as the heads mix them, (B, h, T, D)."""
    queries, keys, values = _projected(x, weights, config, split=split)
    base = config["base"]
    return grouped_attention(
        rotate(queries, positions, base), rotate(keys, positions, base), values
    )


@misconception(
    replaces=llama_attention,
    says="Queries and keys go into the attention as they were projected.",
    hint="Exchange two earlier tokens. Can the last one's result tell?",
    questions=["llama-family.what-is-rotated", "llama-family.where-positions-enter"],
    differs_only="with more than one token",
)
def no_rotation(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return _joined(grouped_attention(*_projected(x, weights, config)), weights)


@misconception(
    replaces=llama_attention,
    says="The queries alone are rotated.",
    hint="Move all tokens on by seven positions. Should the result change?",
    questions=["llama-family.what-is-rotated", "llama-family.shifted-positions"],
    differs_only="with more than one token",
)
def queries_alone_rotated(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    queries, keys, values = _projected(x, weights, config)
    queries = rotate(queries, positions, config["base"])
    return _joined(grouped_attention(queries, keys, values), weights)


@misconception(
    replaces=llama_attention,
    says="The keys alone are rotated.",
    hint="Move all tokens on by seven positions. Should the result change?",
    questions=["llama-family.what-is-rotated", "llama-family.shifted-positions"],
    differs_only="with more than one token",
)
def keys_alone_rotated(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    queries, keys, values = _projected(x, weights, config)
    keys = rotate(keys, positions, config["base"])
    return _joined(grouped_attention(queries, keys, values), weights)


@misconception(
    replaces=llama_attention,
    says="Queries, keys and values are all rotated.",
    hint="Move all tokens on by seven positions. Should the result change?",
    questions=["llama-family.what-is-rotated", "llama-family.shifted-positions"],
)
def values_rotated_too(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    base = config["base"]
    turned = [rotate(each, positions, base) for each in _projected(x, weights, config)]
    return _joined(grouped_attention(*turned), weights)


@misconception(
    replaces=llama_attention,
    says="Queries and keys are rotated twice.",
    hint="By which angle does the first pair of a key at position 3 turn?",
    questions=["llama-family.angle-of-a-pair", "llama-family.what-is-rotated"],
    differs_only="with more than one token",
)
def rotated_twice(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    queries, keys, values = _projected(x, weights, config)
    for _ in range(2):
        queries = rotate(queries, positions, config["base"])
        keys = rotate(keys, positions, config["base"])
    return _joined(grouped_attention(queries, keys, values), weights)


@misconception(
    replaces=llama_attention,
    says="The hidden states are rotated, before they are projected.",
    hint="Of which vectors are the scores products? Are those the ones that you turn?",
    questions=["llama-family.what-is-rotated"],
)
def states_rotated(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    turned = rotate(x[:, None], positions, config["base"])[:, 0]
    return _joined(grouped_attention(*_projected(turned, weights, config)), weights)


@misconception(
    replaces=llama_attention,
    says="Queries and keys are rotated before they are cut into heads.",
    hint="Which entry does entry 0 of head 0 pair with in your code?",
    questions=["llama-family.what-is-rotated", "llama-family.angle-of-a-pair"],
    differs_only="with more than one head and more than one token",
)
def rotated_before_split(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    def turned(projected: Tensor, n_heads: int) -> Tensor:
        return split_heads(rotate(projected[:, None], positions, config["base"])[:, 0], n_heads)

    queries = turned(x @ weights["query"], config["n_heads"])
    keys = turned(x @ weights["key"], config["n_groups"])
    values = split_heads(x @ weights["value"], config["n_groups"])
    return _joined(grouped_attention(queries, keys, values), weights)


@misconception(
    replaces=llama_attention,
    says="I count the positions myself, 0, 1, 2, ..., whichever positions are given.",
    hint="Hand in positions with a gap between two tokens. Does your result notice?",
    questions=["llama-family.positions-with-a-gap"],
    differs_only="where the positions of a row have a gap",
)
def positions_ignored(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    counted = torch.arange(x.shape[1]).expand(positions.shape)
    return llama_attention(x, weights, counted, config)


@misconception(
    replaces=llama_attention,
    says="The positions of the first row serve the whole batch.",
    hint="Give two rows the same vectors at different positions. Do the results differ?",
    questions=["llama-family.rows-and-heads"],
    differs_only="where rows have different gaps",
)
def one_row_for_all(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, weights, positions[:1].expand(positions.shape), config)


@misconception(
    replaces=llama_attention,
    says="The newest token stands at position 0.",
    hint="Of two tokens, which has the larger position: the older or the newer one?",
    questions=["llama-family.positions-with-a-gap", "llama-family.shifted-positions"],
    differs_only="with more than one token",
)
def positions_backwards(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, weights, positions[:, -1:] - positions, config)


@misconception(
    replaces=llama_attention,
    says="The base of the rotation is always 10 000.",
    hint="Call your function with a base of 100 and of 10 000. Do the results differ?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="where another base is given",
)
def base_fixed(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, weights, positions, {**config, "base": 10_000.0})


@misconception(
    replaces=llama_attention,
    says="A reshape to (B, n, T, D) cuts into heads.",
    hint="With T = 2, n = 2 and D = 1, which numbers belong to token 0 of head 1?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one token",
)
def heads_not_transposed(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    def split(projected: Tensor, n_heads: int) -> Tensor:
        batch, time, _ = projected.shape
        return projected.reshape(batch, n_heads, time, -1)

    return _joined(_mixed(x, weights, positions, config, split=split), weights)


@misconception(
    replaces=llama_attention,
    says="Head j owns every column whose number leaves j after division by the number of heads.",
    hint="With 2 heads of width 2, which columns does head 0 own?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def columns_dealt_in_turn(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    def split(projected: Tensor, n_heads: int) -> Tensor:
        batch, time, _ = projected.shape
        return projected.reshape(batch, time, -1, n_heads).permute(0, 3, 1, 2)

    return _joined(_mixed(x, weights, positions, config, split=split), weights)


@misconception(
    replaces=llama_attention,
    says="A reshape to (B, T, d) joins the heads.",
    hint="Before you flatten, which two axes must stand next to each other?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one token",
)
def joined_without_transposing(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return _mixed(x, weights, positions, config).reshape(x.shape) @ weights["output"]


@misconception(
    replaces=llama_attention,
    says="The heads are joined entry by entry: first the entries 0 of all heads.",
    hint="Where in the joined vector does head 1 begin?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def joined_in_turn(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    mixed = _mixed(x, weights, positions, config)  # (B, h, T, D)
    return mixed.permute(0, 2, 3, 1).flatten(-2) @ weights["output"]


@misconception(
    replaces=llama_attention,
    says="The joined heads are the result; nothing comes after them.",
    hint="Set `output` to zeros. What should your function return?",
    questions=["self-attention.order-sub-layer"],
)
def no_output_projection(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return _mixed(x, weights, positions, config).transpose(-3, -2).flatten(-2)


@misconception(
    replaces=llama_attention,
    says="Keys and values have changed places.",
    hint="Which of the two is averaged by the weights?",
    questions=["self-attention.order-sub-layer", "llama-family.what-is-rotated"],
)
def keys_and_values_swapped(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    swapped: GroupedAttentionWeights = {
        **weights,
        "key": weights["value"],
        "value": weights["key"],
    }
    return llama_attention(x, swapped, positions, config)


@misconception(
    replaces=llama_attention,
    says="One projection gives keys and values.",
    hint="Change the matrix `value`. Does your result change?",
    questions=["self-attention.order-sub-layer"],
)
def keys_serve_as_values(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, {**weights, "value": weights["key"]}, positions, config)


@misconception(
    replaces=llama_attention,
    says="The output projection applies the transposed matrix.",
    hint="Which axis of `output` belongs to what comes in?",
    questions=["self-attention.order-sub-layer"],
)
def output_transposed(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, {**weights, "output": weights["output"].T}, positions, config)


@misconception(
    replaces=llama_attention,
    says="The query projection applies the transposed matrix.",
    hint="Which axis of `query` belongs to what comes in?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one token",
)
def query_transposed(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, {**weights, "query": weights["query"].T}, positions, config)


@misconception(
    replaces=llama_attention,
    says="The queries are divided by the root of the head width, and later so are the scores.",
    hint="How often is a score divided on its way to softmax?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
    differs_only="with more than one token",
)
def scaled_twice(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    width = x.shape[-1] // config["n_heads"]
    scaled: GroupedAttentionWeights = {**weights, "query": weights["query"] * width**-0.5}
    return llama_attention(x, scaled, positions, config)


@misconception(
    replaces=llama_attention,
    says="The input is added to the result already here.",
    hint="With `output` all zeros, what should come out?",
    questions=["llama-family.layer-formula"],
)
def input_added(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return x + llama_attention(x, weights, positions, config)


@misconception(
    replaces=llama_attention,
    says="I let the positions count from 1, in the caller's array.",
    hint="Print the positions before and after the call. Which ones does the next layer get?",
    questions=["llama-family.shifted-positions"],
    differs_only="in the positions after the call",
)
def changes_its_input(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    positions += 1
    return llama_attention(x, weights, positions, config)
