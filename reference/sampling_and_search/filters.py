"""Stages: what is done to a distribution or to logits before a token is drawn.

B batch, V vocabulary.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def min_p(distribution: Floats, threshold: float) -> Floats:
    """The tokens that have at least this part of the largest probability, renormalized, (B, V).

    Args:
        threshold: from 0, which keeps all, to 1, which keeps the most probable token.
    """
    largest = distribution.max(axis=-1, keepdims=True)
    kept = np.where(distribution >= threshold * largest, distribution, 0)
    return np.asarray(kept / kept.sum(axis=-1, keepdims=True))


def repetition_penalty(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    """The logits with those of tokens that occur made smaller, (V,).

    Args:
        token_ids: prompt and generated tokens; how often a token occurs does not matter.
        penalty: at least 1. A positive logit is divided by it, a negative one multiplied.
    """
    occurs = np.isin(np.arange(len(logits)), token_ids)
    smaller = np.where(logits > 0, logits / penalty, logits * penalty)
    return np.where(occurs, smaller, logits)
