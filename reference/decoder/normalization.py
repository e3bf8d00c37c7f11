"""Stage: layer normalization (Ba, Kiros and Hinton, 2016)."""

import torch
from torch import Tensor


def layer_norm(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Each vector at mean 0 and variance 1 over the last axis, then scaled and shifted.

    The variance is the biased one (the sum of squares is divided by d), and `eps` is added
    to it inside the square root.

    Args:
        x: (..., d).
        gain: (d,).
        bias: (d,).
        eps: keeps a constant vector from a division by zero.

    Returns:
        (..., d).
    """
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)  # (..., 1)
    return centred / torch.sqrt(variance + eps) * gain + bias
