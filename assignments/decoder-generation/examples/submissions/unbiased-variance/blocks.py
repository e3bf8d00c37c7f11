"""One decoder layer and what it is made of."""

import math

import norms
import torch
import torch.nn.functional as F
from norms import softmax


def attention_weights(queries, keys):
    time = queries.shape[-2]
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
    future = torch.ones(time, time, dtype=torch.bool).triu(diagonal=1)
    return softmax(scores.masked_fill(future, float("-inf")))


def self_attention(x, weights, n_heads):
    batch, time, width = x.shape

    def heads(name):
        projected = x @ weights[name] + weights[f"{name}_bias"]
        return projected.view(batch, time, n_heads, width // n_heads).transpose(1, 2)

    attention = attention_weights(heads("query"), heads("key"))
    mixed = attention @ heads("value")  # (B, h, T, d/h)
    joined = mixed.transpose(1, 2).reshape(batch, time, width)
    return joined @ weights["output"] + weights["output_bias"]


def feed_forward(x, weights):
    inner = F.gelu(x @ weights["inner"] + weights["inner_bias"], approximate="tanh")
    return inner @ weights["outer"] + weights["outer_bias"]


def decoder_layer(x, weights, n_heads, eps=1e-5):
    normed = norms.layer_norm(
        x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps
    )
    x = x + self_attention(normed, weights["attention"], n_heads)
    normed = norms.layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return x + feed_forward(normed, weights["feed_forward"])
