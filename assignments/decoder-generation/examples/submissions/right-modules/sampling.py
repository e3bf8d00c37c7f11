"""From logits to a token."""

import torch


def softmax(logits):
    return torch.nn.Softmax(dim=-1)(logits)


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        top_k, top_p, temperature = 1, None, 1.0
    kept = logits / temperature
    ranks = kept.argsort(dim=-1, descending=True).argsort(dim=-1)
    if top_k is not None:
        kept = kept.masked_fill(ranks >= top_k, -torch.inf)
    if top_p is not None:
        descending = softmax(kept).sort(dim=-1, descending=True).values
        size = 1 + (descending.cumsum(dim=-1) < top_p).sum(dim=-1, keepdim=True)
        kept = kept.masked_fill(ranks >= size, -torch.inf)
    return softmax(kept)


def select_token(distribution, u=None):
    if u is None:
        return distribution.argmax().item()
    passed = distribution.double().cumsum(dim=0) <= u
    return min(int(passed.sum()), int(distribution.nonzero().max()))
