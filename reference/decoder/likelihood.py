"""Stage: how probable a continuation is, Pr(y | x) as a product of conditionals."""

import torch
from torch import Tensor


def sequence_log_probability(logits: Tensor, token_ids: Tensor) -> float:
    """The sum over t of log Pr(token_ids[t]), in nats.

    Args:
        logits: (T, V); row t is the model's output at the position that predicts `token_ids[t]`.
        token_ids: integers, (T,).
    """
    # Log-softmax as a whole: the logarithm of an underflowed probability would be -inf.
    log_probabilities = logits - logits.logsumexp(dim=-1, keepdim=True)
    return float(log_probabilities[torch.arange(len(logits)), token_ids].sum())
