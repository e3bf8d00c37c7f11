"""Stage: scores become probabilities."""

from torch import Tensor


def softmax(logits: Tensor) -> Tensor:
    """exp(logits) divided by its sum over the last axis; the shape stays.

    The largest entry is subtracted first, so that no exponential overflows. An entry of minus
    infinity gets exactly 0; each row needs at least one finite entry.
    """
    exponentials = (logits - logits.amax(dim=-1, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim=-1, keepdim=True)
