"""A model of nn.Module classes, as it would be trained; weights are loaded into it by name."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, n_heads):
        super().__init__()
        self.n_heads = n_heads
        for name in ("query", "key", "value", "output"):
            setattr(self, name, nn.Linear(width, width))

    def forward(self, x):
        queries, keys, values = (
            projection(x).view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )
        mixed = attend(queries, keys) @ values
        return self.output(mixed.transpose(1, 2).reshape(x.shape))


def attend(queries, keys):
    scores = queries @ keys.transpose(-2, -1) * keys.shape[-1] ** -0.5
    hidden = torch.triu(torch.ones(scores.shape[-2:]), diagonal=1) == 1
    return nn.Softmax(dim=-1)(scores.masked_fill(hidden, torch.finfo(scores.dtype).min))


class FeedForward(nn.Module):
    def __init__(self, width, inner_width):
        super().__init__()
        self.inner = nn.Linear(width, inner_width)
        self.outer = nn.Linear(inner_width, width)
        self.activation = nn.GELU("tanh")

    def forward(self, x):
        return self.outer(self.activation(self.inner(x)))


class Layer(nn.Module):
    def __init__(self, width, inner_width, n_heads, eps):
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, eps)
        self.attention = Attention(width, n_heads)
        self.feed_forward_norm = nn.LayerNorm(width, eps)
        self.feed_forward = FeedForward(width, inner_width)

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.feed_forward(self.feed_forward_norm(x))


def loaded(module, weights):
    """The module with its weights; a linear map keeps its matrix transposed."""
    state = {}
    for name in {name.removesuffix("_bias") for name in weights}:
        state[f"{name}.weight"] = weights[name].T
        state[f"{name}.bias"] = weights[f"{name}_bias"]
    module.load_state_dict(state)
    return module.eval()


def layer_of(weights, n_heads, eps):
    inner = weights["feed_forward"]["inner"]
    layer = Layer(inner.shape[0], inner.shape[1], n_heads, eps)
    loaded(layer.attention, weights["attention"])
    loaded(layer.feed_forward, weights["feed_forward"])
    for name in ("attention_norm", "feed_forward_norm"):
        state = {"weight": weights[f"{name}_gain"], "bias": weights[f"{name}_bias"]}
        getattr(layer, name).load_state_dict(state)
    return layer
