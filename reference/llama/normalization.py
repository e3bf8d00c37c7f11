"""Stage: root mean square normalization (Zhang and Sennrich, 2019)."""

import torch
from torch import Tensor


def rms_norm(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    """Each vector divided by the root of its mean square over the last axis, then scaled.

    Nothing is centred, and there is no bias. `eps` is added inside the square root.

    Args:
        x: (..., d).
        gain: (d,).
        eps: keeps a vector of zeros from a division by zero.

    Returns:
        (..., d).
    """
    mean_square = x.square().mean(dim=-1, keepdim=True)  # (..., 1)
    return x / torch.sqrt(mean_square + eps) * gain
