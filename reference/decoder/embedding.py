"""Stage: token ids become hidden states that also know their position.

B batch, T time, C context length, V vocabulary, d width.
"""

import torch
from torch import Tensor


def embed(token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor) -> Tensor:
    """Token embedding plus position embedding, positions counted from 0.

    Args:
        token_ids: integers, (B, T) or (T,), with T <= C.
        token_embedding: (V, d).
        position_embedding: (C, d).

    Returns:
        Hidden states, (B, T, d) or (T, d).

    Raises:
        IndexError: an id lies outside the vocabulary, or T > C.
    """
    # An index and not a slice: a slice would hide that T is greater than C.
    positions = torch.arange(token_ids.shape[-1])
    return token_embedding[token_ids] + position_embedding[positions]
