"""Stage: rotary positions (Su et al., 2021), in the layout of Llama's published weights.

B batch, n heads, T time, D width of a head.
"""

import torch
from torch import Tensor


def rotate(x: Tensor, positions: Tensor, base: float) -> Tensor:
    """Each pair of entries i and i + D/2 is turned by position * base^(-2i/D), counterclockwise.

    Args:
        x: queries or keys, (B, n, T, D), with an even D.
        positions: integers, (B, T): where each token stands, the same for all heads of its row.
        base: the larger, the slower the later pairs turn.

    Returns:
        (B, n, T, D).
    """
    half = x.shape[-1] // 2
    angles = turns(positions, half, base).to(x.dtype).unsqueeze(-3)  # (B, 1, T, D/2)
    first, second = x[..., :half], x[..., half:]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def turns(positions: Tensor, half: int, base: float) -> Tensor:
    """The angle of each pair at each position, in float64: (..., T) -> (..., T, D/2)."""
    exponents = torch.arange(half, dtype=torch.float64) / half
    return positions.double().unsqueeze(-1) * base**-exponents
