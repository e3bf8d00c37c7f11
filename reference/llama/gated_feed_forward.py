"""Stage: the gated feed-forward network, SwiGLU (Shazeer, 2020), applied to each position alone."""

import torch
from torch import Tensor


def silu(x: Tensor) -> Tensor:
    """x times its logistic sigmoid, entry by entry; also called swish."""
    return x * torch.sigmoid(x)


def swiglu(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """One linear map is gated by SiLU of another one, and a third leads back.

    Args:
        x: (..., d).
        gate: (d, f), whose result goes through SiLU.
        up: (d, f), whose result is multiplied with that.
        down: (f, d).

    Returns:
        (..., d).
    """
    return (silu(x @ gate) * (x @ up)) @ down
