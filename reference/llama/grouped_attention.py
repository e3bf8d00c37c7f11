"""Stage: grouped-query attention (Ainslie et al., 2023): several query heads share keys and values.

B batch, h query heads, g groups, T queries, S keys, D width of a head.
A comment gives the shape wherever a line changes it.
"""

import math

import torch
from torch import Tensor

from reference.decoder.softmax import softmax


def visible(n_queries: int, n_keys: int) -> Tensor:
    """Booleans (T, S): the queries are those of the last T positions, and none sees a later one."""
    return torch.ones(n_queries, n_keys, dtype=torch.bool).tril(n_keys - n_queries)


def grouped_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Each query head's mix of the values of its group, at positions up to its own.

    Neighbouring query heads share a group: head j uses group j * g // h.

    Args:
        queries: (B, h, T, D), of the last T of the S positions.
        keys: (B, g, S, D); g divides h.
        values: (B, g, S, D).

    Returns:
        (B, h, T, D).
    """
    shared = queries.shape[1] // keys.shape[1]
    keys = keys.repeat_interleave(shared, dim=1)  # (B, h, S, D)
    values = values.repeat_interleave(shared, dim=1)
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])  # (B, h, T, S)
    seen = visible(*scores.shape[-2:])
    return softmax(scores.masked_fill(~seen, -math.inf)) @ values  # (B, h, T, D)
