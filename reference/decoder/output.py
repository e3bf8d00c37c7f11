"""Stage: from the final hidden states to logits."""

from torch import Tensor

from reference.decoder.normalization import layer_norm


def output_logits(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    """The final normalization, then the linear map to the vocabulary, which has no bias.

    Args:
        hidden: final hidden states, (B, T, d).
        gain: of the final normalization, (d,).
        bias: of the final normalization, (d,).
        eps: of the final normalization.
        output_weight: the output projection, (d, V).

    Returns:
        Logits, (B, T, V).
    """
    return layer_norm(hidden, gain, bias, eps) @ output_weight  # (B, T, V)
