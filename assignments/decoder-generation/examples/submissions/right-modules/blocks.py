"""The parts of one decoder layer as modules."""

import torch
from torch import nn


def linear(weight, bias):
    """A linear map that computes x @ weight + bias (nn.Linear keeps its weight transposed)."""
    layer = nn.Linear(weight.shape[0], weight.shape[1])
    layer.weight = nn.Parameter(weight.t().clone())
    layer.bias = nn.Parameter(bias.clone())
    return layer


def causal_weights(queries, keys):
    time = queries.size(-2)
    scores = (queries * queries.size(-1) ** -0.5) @ keys.transpose(-2, -1)
    visible = torch.ones(time, time, dtype=torch.bool).tril()
    return scores.masked_fill(visible.logical_not(), -torch.inf).softmax(dim=-1)


class LayerNorm(nn.Module):
    def __init__(self, gain, bias, eps):
        super().__init__()
        self.norm = nn.LayerNorm(gain.numel(), eps=eps)
        self.norm.weight = nn.Parameter(gain.clone())
        self.norm.bias = nn.Parameter(bias.clone())

    def forward(self, x):
        return self.norm(x)


class CausalSelfAttention(nn.Module):
    def __init__(self, weights, n_heads):
        super().__init__()
        self.n_heads = n_heads
        names = ("query", "key", "value")
        self.qkv = linear(
            torch.cat([weights[name] for name in names], dim=1),
            torch.cat([weights[f"{name}_bias"] for name in names]),
        )
        self.output = linear(weights["output"], weights["output_bias"])

    def forward(self, x):
        q, k, v = (
            part.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)  # (B, h, T, d/h)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(mixed.transpose(1, 2).flatten(-2))


class FeedForward(nn.Sequential):
    def __init__(self, weights):
        super().__init__(
            linear(weights["inner"], weights["inner_bias"]),
            nn.GELU(approximate="tanh"),
            linear(weights["outer"], weights["outer_bias"]),
        )


class DecoderLayer(nn.Module):
    def __init__(self, weights, n_heads, eps):
        super().__init__()
        self.attention_norm = LayerNorm(
            weights["attention_norm_gain"], weights["attention_norm_bias"], eps
        )
        self.attention = CausalSelfAttention(weights["attention"], n_heads)
        self.feed_forward_norm = LayerNorm(
            weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
        )
        self.feed_forward = FeedForward(weights["feed_forward"])

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.feed_forward(self.feed_forward_norm(x))
