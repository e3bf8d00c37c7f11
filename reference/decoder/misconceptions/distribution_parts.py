"""Parts of the next-token distribution, from which the wrong versions are put together.

B batch, V vocabulary.
"""

import math

from torch import Tensor

from reference.decoder.distribution import next_token_distribution


def greedy(logits: Tensor) -> Tensor:
    return next_token_distribution(logits, 0, None, None)


def only(kept: Tensor, logits: Tensor) -> Tensor:
    return logits.masked_fill(~kept, -math.inf)


def ranks(scores: Tensor) -> Tensor:
    """0 for the most probable token of each row, 1 for the next one, and so on."""
    return scores.argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)


def mass_before(probabilities: Tensor) -> Tensor:
    """For each token, the mass of the more probable ones."""
    in_order = probabilities.sort(dim=-1, descending=True, stable=True).values
    return (in_order.cumsum(dim=-1) - in_order).gather(-1, ranks(probabilities))
