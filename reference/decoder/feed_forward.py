"""Stage: the feed-forward network, applied to each position alone.

B batch, T time, d width, d_ff inner width.
"""

import math
from typing import TypedDict, cast

import torch
from torch import Tensor, nn


class FeedForwardWeights(TypedDict):
    """inner (d, d_ff), inner_bias (d_ff,), outer (d_ff, d), outer_bias (d,)."""

    inner: Tensor
    inner_bias: Tensor
    outer: Tensor
    outer_bias: Tensor


def gelu(x: Tensor) -> Tensor:
    """GPT-2's GELU: the tanh approximation of Hendrycks and Gimpel (2016), entry by entry."""
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def feed_forward(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    """A linear map to the inner width, GELU, and a linear map back: (B, T, d) -> (B, T, d)."""
    inner = gelu(x @ weights["inner"] + weights["inner_bias"])  # (B, T, d_ff)
    return inner @ weights["outer"] + weights["outer_bias"]  # (B, T, d)


class FeedForward(nn.Module):
    """`feed_forward` with its weights."""

    def __init__(self, weights: FeedForwardWeights) -> None:
        super().__init__()
        self.named_weights = nn.ParameterDict(weights)

    @property
    def weights(self) -> FeedForwardWeights:
        return cast(FeedForwardWeights, dict(self.named_weights.items()))

    def forward(self, x: Tensor) -> Tensor:
        return feed_forward(x, self.weights)
