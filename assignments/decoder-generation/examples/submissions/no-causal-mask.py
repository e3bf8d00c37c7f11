"""Decoder-only generation in PyTorch."""

import math

import torch
import torch.nn.functional as F


def step_input(prompt, generated, context_length):
    return (prompt + generated)[-context_length:]


def embed(token_ids, token_embedding, position_embedding):
    positions = torch.arange(token_ids.shape[1])
    return token_embedding[token_ids] + position_embedding[positions]


def layer_norm(x, gain, bias, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, unbiased=False)
    return (x - mean) / torch.sqrt(variance + eps) * gain + bias


def softmax(logits):
    return torch.softmax(logits, dim=-1)


def attention_weights(queries, keys):
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
    return softmax(scores)


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
    normed = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    x = x + self_attention(normed, weights["attention"], n_heads)
    normed = layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return x + feed_forward(normed, weights["feed_forward"])


def decoder_stack(x, layers, n_heads, eps=1e-5):
    for weights in layers:
        x = decoder_layer(x, weights, n_heads, eps)
    return x


def output_logits(hidden, gain, bias, eps, output_weight):
    return layer_norm(hidden, gain, bias, eps) @ output_weight


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    logits = logits / temperature
    if top_k is not None:
        smallest_kept = logits.topk(min(top_k, logits.shape[-1])).values[:, -1:]
        logits = logits.masked_fill(logits < smallest_kept, float("-inf"))
    distribution = softmax(logits)
    if top_p is not None:
        descending, order = distribution.sort(dim=-1, descending=True)
        mass_before = descending.cumsum(dim=-1) - descending
        kept = descending.masked_fill(mass_before >= top_p, 0.0)
        distribution = torch.zeros_like(distribution).scatter(-1, order, kept)
        distribution = distribution / distribution.sum(dim=-1, keepdim=True)
    return distribution


def select_token(distribution, u=None):
    if u is None:
        return int(distribution.argmax())
    cumulative = distribution.double().cumsum(dim=-1)
    exceeds = (cumulative > u).nonzero()
    return int(exceeds[0]) if len(exceeds) else int(distribution.nonzero()[-1])


def sequence_log_probability(logits, token_ids):
    log_probabilities = F.log_softmax(logits, dim=-1)
    return log_probabilities.gather(-1, token_ids[:, None]).sum()


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    for _ in range(max_new_tokens):
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers:
            hidden = layer(hidden)
        logits = stages.output(hidden)
        token = stages.select(stages.softmax(logits[-1]))
        generated.append(token)
        if token == eos_id:
            break
    return generated
