"""Stage: one decoder layer of the Llama family, pre-norm.

B batch, T time, d width, f inner width.
"""

from typing import TypedDict

from torch import Tensor

from reference.llama.attention_sublayer import (
    GroupedAttentionWeights,
    LlamaSettings,
    llama_attention,
)
from reference.llama.gated_feed_forward import swiglu
from reference.llama.normalization import rms_norm


class GatedWeights(TypedDict):
    """gate and up (d, f), down (f, d)."""

    gate: Tensor
    up: Tensor
    down: Tensor


class LlamaLayerWeights(TypedDict):
    """Gains (d,) of both normalizations, and the weights of both sub-layers."""

    attention_norm_gain: Tensor
    attention: GroupedAttentionWeights
    feed_forward_norm_gain: Tensor
    feed_forward: GatedWeights


def llama_layer(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    """Attention, then the gated feed-forward network: (B, T, d) -> (B, T, d).

    Each sub-layer reads the normalized hidden states, and its result is added to the hidden
    states as they were before that normalization (the residual connection).
    """
    normed = rms_norm(x, weights["attention_norm_gain"], config["eps"])
    x = x + llama_attention(normed, weights["attention"], positions, config)
    normed = rms_norm(x, weights["feed_forward_norm_gain"], config["eps"])
    inner = weights["feed_forward"]
    return x + swiglu(normed, inner["gate"], inner["up"], inner["down"])
