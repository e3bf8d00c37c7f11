"""Stage: the whole model, from token ids to logits.

B batch, T time, V vocabulary, d width.
"""

from typing import TypedDict

import torch
from torch import Tensor

from reference.llama.attention_sublayer import LlamaSettings
from reference.llama.decoder_layer import LlamaLayerWeights
from reference.llama.decoder_stack import llama_stack
from reference.llama.normalization import rms_norm


class LlamaWeights(TypedDict):
    """token_embedding (V, d), the layers, the final gain (d,), and output_weight (d, V)."""

    token_embedding: Tensor
    layers: list[LlamaLayerWeights]
    final_norm_gain: Tensor
    output_weight: Tensor


def llama_logits(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    """The logits at every position; the tokens of each row stand at 0, 1, 2 and so on.

    The token embedding alone enters the stack: positions come in by rotation, in each layer.

    Args:
        token_ids: integers, (B, T).
        model: all weights.
        config: of the model.

    Returns:
        (B, T, V).
    """
    hidden = model["token_embedding"][token_ids]  # (B, T, d)
    positions = torch.arange(token_ids.shape[-1]).expand(token_ids.shape)
    hidden = llama_stack(hidden, model["layers"], positions, config)
    return rms_norm(hidden, model["final_norm_gain"], config["eps"]) @ model["output_weight"]
