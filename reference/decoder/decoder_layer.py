"""Stage: one decoder layer, pre-norm (Radford et al., 2019, section 2.3).

B batch, T time, d width.
"""

from typing import TypedDict

from torch import Tensor, nn

from reference.decoder.attention import AttentionWeights, SelfAttention, self_attention
from reference.decoder.feed_forward import FeedForward, FeedForwardWeights, feed_forward
from reference.decoder.normalization import layer_norm


class LayerWeights(TypedDict):
    """Gains and biases (d,) of both normalizations, and the weights of both sub-layers."""

    attention_norm_gain: Tensor
    attention_norm_bias: Tensor
    attention: AttentionWeights
    feed_forward_norm_gain: Tensor
    feed_forward_norm_bias: Tensor
    feed_forward: FeedForwardWeights


def decoder_layer(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    """Self-attention, then the feed-forward network: (B, T, d) -> (B, T, d).

    Each sub-layer reads the normalized hidden states, and its result is added to the hidden
    states as they were before that normalization (the residual connection).
    """
    normed = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    x = x + self_attention(normed, weights["attention"], n_heads)
    normed = layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return x + feed_forward(normed, weights["feed_forward"])


class DecoderLayer(nn.Module):
    """`decoder_layer` with its weights."""

    def __init__(self, weights: LayerWeights, *, n_heads: int, eps: float) -> None:
        super().__init__()
        self.n_heads, self.eps = n_heads, eps
        self.attention_norm_gain = nn.Parameter(weights["attention_norm_gain"])
        self.attention_norm_bias = nn.Parameter(weights["attention_norm_bias"])
        self.attention = SelfAttention(weights["attention"], n_heads)
        self.feed_forward_norm_gain = nn.Parameter(weights["feed_forward_norm_gain"])
        self.feed_forward_norm_bias = nn.Parameter(weights["feed_forward_norm_bias"])
        self.feed_forward = FeedForward(weights["feed_forward"])

    @property
    def weights(self) -> LayerWeights:
        return {
            "attention_norm_gain": self.attention_norm_gain,
            "attention_norm_bias": self.attention_norm_bias,
            "attention": self.attention.weights,
            "feed_forward_norm_gain": self.feed_forward_norm_gain,
            "feed_forward_norm_bias": self.feed_forward_norm_bias,
            "feed_forward": self.feed_forward.weights,
        }

    def forward(self, x: Tensor) -> Tensor:
        return decoder_layer(x, self.weights, self.n_heads, self.eps)
