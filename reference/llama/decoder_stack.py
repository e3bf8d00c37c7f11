"""Stage: the decoder stack, all layers one after the other, each told the same positions."""

from collections.abc import Sequence

from torch import Tensor

from reference.llama.attention_sublayer import LlamaSettings
from reference.llama.decoder_layer import LlamaLayerWeights, llama_layer


def llama_stack(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    """The final hidden states: each layer reads what the layer before it gave.

    Args:
        x: token embeddings, (B, T, d).
        layers: the weights of the layers, first layer first.
        positions: integers, (B, T).
        config: of the model.

    Returns:
        (B, T, d), before the final normalization.
    """
    for weights in layers:
        x = llama_layer(x, weights, positions, config)
    return x
