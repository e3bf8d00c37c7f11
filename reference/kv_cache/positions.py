"""Stages: where new positions stand, and what each of them may see."""

import torch
from torch import Tensor


def visible(n_past: int, n_new: int) -> Tensor:
    """The causal mask of new positions that come after cached ones.

    Returns:
        Booleans (n_new, n_past + n_new): row t is true at the n_past cached positions and at the
        new positions 0 to t.
    """
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool).tril(n_past)


def position_ids(n_past: int, n_new: int) -> Tensor:
    """The positions of new tokens, (n_new,): they go on where the cache ends."""
    return torch.arange(n_past, n_past + n_new)
