"""The graded functions: each builds the module of its stage from the given weights and runs it."""

import torch
from blocks import CausalSelfAttention, DecoderLayer, FeedForward, LayerNorm, causal_weights
from loop import generate, step_input  # noqa: F401
from sampling import next_token_distribution, select_token, softmax  # noqa: F401
from torch import nn


def embed(token_ids, token_embedding, position_embedding):
    tokens = nn.Embedding.from_pretrained(token_embedding)
    positions = nn.Embedding.from_pretrained(position_embedding)
    return tokens(token_ids) + positions(torch.arange(token_ids.size(1)))


def layer_norm(x, gain, bias, eps):
    return LayerNorm(gain, bias, eps)(x)


def attention_weights(queries, keys):
    return causal_weights(queries, keys)


def self_attention(x, weights, n_heads):
    return CausalSelfAttention(weights, n_heads)(x)


def feed_forward(x, weights):
    return FeedForward(weights)(x)


def decoder_layer(x, weights, n_heads, eps):
    return DecoderLayer(weights, n_heads, eps)(x)


def decoder_stack(x, layers, n_heads, eps):
    stack = nn.Sequential(*(DecoderLayer(weights, n_heads, eps) for weights in layers))
    return stack(x)


def output_logits(hidden, gain, bias, eps, output_weight):
    with torch.no_grad():
        return LayerNorm(gain, bias, eps)(hidden) @ output_weight


def sequence_log_probability(logits, token_ids):
    return -nn.functional.cross_entropy(logits, token_ids, reduction="sum")
