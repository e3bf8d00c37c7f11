"""Stage: causal multi-head self-attention (Vaswani et al., 2017, section 3.2).

B batch, T time, d width, h heads, D = d / h width of a head.
A comment gives the shape wherever a line changes it.
"""

import math
from typing import TypedDict, cast

import torch
from torch import Tensor, nn

from reference.decoder.softmax import softmax


class AttentionWeights(TypedDict):
    """Four matrices (d, d), applied as `x @ W + b`, and their biases (d,).

    Head j owns the columns j * D to (j + 1) * D - 1 of query, key and value.
    """

    query: Tensor
    query_bias: Tensor
    key: Tensor
    key_bias: Tensor
    value: Tensor
    value_bias: Tensor
    output: Tensor
    output_bias: Tensor


def causal_mask(length: int) -> Tensor:
    """Booleans (T, T): row t is true at the positions 0 to t that position t may see."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def attention_weights(queries: Tensor, keys: Tensor) -> Tensor:
    """How much each position takes from itself and from each earlier one.

    Args:
        queries: (B, h, T, D).
        keys: (B, h, T, D).

    Returns:
        (B, h, T, T): one row a query; each row sums to one and is 0 at later positions.
    """
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])  # (B, h, T, T)
    visible = causal_mask(scores.shape[-1])
    return softmax(scores.masked_fill(~visible, -math.inf))


def self_attention(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    """Each position's mix of the values at positions up to its own, (B, T, d) -> (B, T, d)."""
    queries = _split_heads(x @ weights["query"] + weights["query_bias"], n_heads)
    keys = _split_heads(x @ weights["key"] + weights["key_bias"], n_heads)
    values = _split_heads(x @ weights["value"] + weights["value_bias"], n_heads)
    mixed = attention_weights(queries, keys) @ values  # (B, h, T, D)
    joined = mixed.transpose(-3, -2).flatten(-2)  # (B, T, d)
    return joined @ weights["output"] + weights["output_bias"]


def _split_heads(x: Tensor, n_heads: int) -> Tensor:
    return x.reshape(*x.shape[:-1], n_heads, -1).transpose(-3, -2)  # (B, h, T, D)


class SelfAttention(nn.Module):
    """`self_attention` with its weights."""

    def __init__(self, weights: AttentionWeights, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.named_weights = nn.ParameterDict(weights)

    @property
    def weights(self) -> AttentionWeights:
        return cast(AttentionWeights, dict(self.named_weights.items()))

    def forward(self, x: Tensor) -> Tensor:
        return self_attention(x, self.weights, self.n_heads)
