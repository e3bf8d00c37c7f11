"""Stage: from logits to the distribution from which the next token is selected.

B batch, V vocabulary. Temperature comes first, then top-k, then top-p (the nucleus of
Holtzman et al., 2020).
"""

import math

import torch
from torch import Tensor

from reference.decoder.softmax import softmax


def next_token_distribution(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    """The next-token distribution of each row, (B, V) -> (B, V); each row sums to one.

    Among tokens of equal probability those with the lower id count as the more probable.

    Args:
        logits: the logits at the last position, (B, V).
        temperature: divides the logits. 0 is greedy: probability 1 on the arg max, whatever
            `top_k` and `top_p` say.
        top_k: keep this many (at least 1) of the most probable tokens; None keeps all.
        top_p: keep the smallest set of most probable tokens whose mass is at least this
            (above 0, at most 1), measured on what top-k left; None keeps all.
    """
    if temperature == 0:
        return torch.zeros_like(logits).scatter(-1, logits.argmax(dim=-1, keepdim=True), 1)
    logits = logits / temperature
    if top_k is not None:
        logits = _keep(logits, _ranks(logits) < top_k)
    if top_p is not None:
        logits = _keep(logits, _mass_before(softmax(logits)) < top_p)
    return softmax(logits)


def _keep(logits: Tensor, kept: Tensor) -> Tensor:
    return logits.masked_fill(~kept, -math.inf)


def _descending(scores: Tensor) -> Tensor:
    """Token ids from the most to the least probable, (B, V)."""
    return scores.argsort(dim=-1, descending=True, stable=True)


def _ranks(scores: Tensor) -> Tensor:
    """The place of each token in the descending order, 0 for the most probable, (B, V)."""
    return _descending(scores).argsort(dim=-1)


def _mass_before(probabilities: Tensor) -> Tensor:
    """For each token, the mass of all tokens that are more probable, (B, V)."""
    order = _descending(probabilities)
    in_order = probabilities.gather(-1, order)
    return (in_order.cumsum(dim=-1) - in_order).gather(-1, order.argsort(dim=-1))
