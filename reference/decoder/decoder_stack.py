"""Stage: the decoder stack, all layers one after the other."""

from collections.abc import Sequence

from torch import Tensor

from reference.decoder.decoder_layer import LayerWeights, decoder_layer


def decoder_stack(x: Tensor, layers: Sequence[LayerWeights], n_heads: int, eps: float) -> Tensor:
    """The final hidden states: each layer reads what the layer before it gave.

    Args:
        x: hidden states from the embedding, (B, T, d).
        layers: the weights of the layers, first layer first.
        n_heads: heads in each layer.
        eps: for every normalization.

    Returns:
        (B, T, d), before the final normalization.
    """
    for weights in layers:
        x = decoder_layer(x, weights, n_heads, eps)
    return x
