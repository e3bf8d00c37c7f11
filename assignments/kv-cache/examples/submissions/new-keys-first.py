"""The new keys and values stand before the cached ones."""

import math

import torch
import torch.nn.functional as F


def layer_norm(x, gain, bias, eps):
    return F.layer_norm(x, x.shape[-1:], gain, bias, eps)


def feed_forward(x, weights):
    inner = F.gelu(x @ weights["inner"] + weights["inner_bias"], approximate="tanh")
    return inner @ weights["outer"] + weights["outer_bias"]


def visible(n_past, n_new):
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool).tril(diagonal=n_past)


def position_ids(n_past, n_new):
    return torch.arange(n_past, n_past + n_new)


def split(x, n_heads):
    batch, time, width = x.shape
    return x.view(batch, time, n_heads, width // n_heads).transpose(1, 2)


def cached_attention(x, weights, n_heads, past):
    batch, time, width = x.shape
    q = split(x @ weights["query"] + weights["query_bias"], n_heads)
    k = split(x @ weights["key"] + weights["key_bias"], n_heads)
    v = split(x @ weights["value"] + weights["value_bias"], n_heads)
    k = torch.cat([k, past["keys"]], dim=2)
    v = torch.cat([v, past["values"]], dim=2)
    scores = q @ k.transpose(-2, -1) / math.sqrt(width // n_heads)
    mask = visible(past["keys"].shape[2], time)
    weights_ = torch.softmax(scores.masked_fill(~mask, float("-inf")), dim=-1)
    joined = (weights_ @ v).transpose(1, 2).reshape(batch, time, width)
    return joined @ weights["output"] + weights["output_bias"], {"keys": k, "values": v}


def cached_layer(x, weights, n_heads, eps, past):
    normed = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    attended, grown = cached_attention(normed, weights["attention"], n_heads, past)
    x = x + attended
    normed = layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return x + feed_forward(normed, weights["feed_forward"]), grown


def cached_stack(x, layers, n_heads, eps, cache):
    grown = []
    for weights, past in zip(layers, cache):
        x, new = cached_layer(x, weights, n_heads, eps, past)
        grown.append(new)
    return x, grown


def run(token_ids, cache, model):
    n_past, n_new = cache[0]["keys"].shape[2], token_ids.shape[1]
    positions = position_ids(n_past, n_new)
    x = model["token_embedding"][token_ids] + model["position_embedding"][positions]
    x, grown = cached_stack(x, model["layers"], model["n_heads"], model["eps"], cache)
    x = layer_norm(x[:, -1], model["final_norm_gain"], model["final_norm_bias"], model["eps"])
    return x @ model["output_weight"], grown


def prefill(token_ids, model):
    width, n_heads = model["token_embedding"].shape[1], model["n_heads"]
    empty = torch.zeros(len(token_ids), n_heads, 0, width // n_heads)
    return run(token_ids, [{"keys": empty, "values": empty} for _ in model["layers"]], model)


def decode(token_ids, cache, model):
    return run(token_ids[:, None], cache, model)


def generate_cached(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    if max_new_tokens == 0:
        return generated
    window = prompt[-context_length:]
    logits, cache = stages.prefill(window)
    held = len(window)
    while True:
        token = stages.select(logits)
        generated.append(token)
        if token == eos_id or len(generated) == max_new_tokens:
            return generated
        if held < context_length:
            logits, cache = stages.decode(token, cache)
            held += 1
        else:
            logits, cache = stages.prefill((prompt + generated)[-context_length:])


def truncate(cache, n):
    return [{name: kept[:, :, :n] for name, kept in layer.items()} for layer in cache]


def batch_prefill(token_ids, lengths, model):
    longest = token_ids.shape[1]
    logits, caches = [], []
    for row, length in zip(token_ids, lengths):
        one, cache = prefill(row[None, longest - length :], model)
        logits.append(one)
        caches.append(cache)
    return torch.cat(logits), [
        {
            name: torch.cat(
                [F.pad(c[k][name], (0, 0, longest - n, 0)) for c, n in zip(caches, lengths)]
            )
            for name in ("keys", "values")
        }
        for k in range(len(model["layers"]))
    ]
