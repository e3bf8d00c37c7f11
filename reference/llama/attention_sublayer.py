"""Stage: the attention sub-layer: projections, rotated queries and keys, grouped attention.

B batch, T time, d width, h query heads, g groups, D = d / h width of a head.
"""

from typing import TypedDict

from torch import Tensor

from reference.llama.grouped_attention import grouped_attention
from reference.llama.rotation import rotate


class GroupedAttentionWeights(TypedDict):
    """query (d, d), key and value (d, g D), output (d, d), applied as `x @ W`; no biases.

    Head j owns the columns j * D to (j + 1) * D - 1.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    output: Tensor


class LlamaSettings(TypedDict):
    """The numbers of a model that its arrays do not show; `base` is that of the rotation."""

    n_heads: int
    n_groups: int
    base: float
    eps: float


def llama_attention(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    """Each position's mix of the values at positions up to its own, (B, T, d) -> (B, T, d).

    Args:
        x: (B, T, d).
        weights: of the four projections.
        positions: integers, (B, T).
        config: of the model.
    """
    queries = split_heads(x @ weights["query"], config["n_heads"])  # (B, h, T, D)
    keys = split_heads(x @ weights["key"], config["n_groups"])  # (B, g, T, D)
    values = split_heads(x @ weights["value"], config["n_groups"])
    queries = rotate(queries, positions, config["base"])
    keys = rotate(keys, positions, config["base"])
    mixed = grouped_attention(queries, keys, values)  # (B, h, T, D)
    return mixed.transpose(-3, -2).flatten(-2) @ weights["output"]  # (B, T, d)


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """(B, T, n D) -> (B, n, T, D)."""
    return x.reshape(*x.shape[:-1], n_heads, -1).transpose(-3, -2)
