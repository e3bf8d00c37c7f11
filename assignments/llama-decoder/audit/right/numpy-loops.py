"""NumPy with loops over heads and queries; answers grow to float64."""

import math

import numpy as np


def rms_norm(x, gain, eps):
    return gain * x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True, dtype=np.float64) + eps)


def rotate(x, positions, base):
    width = x.shape[-1]
    result = np.zeros(x.shape)
    for i in range(width // 2):
        j = i + width // 2
        angle = positions[:, None, :] * base ** (-2 * i / width)
        result[..., i] = x[..., i] * np.cos(angle) - x[..., j] * np.sin(angle)
        result[..., j] = x[..., i] * np.sin(angle) + x[..., j] * np.cos(angle)
    return result


def grouped_attention(queries, keys, values):
    batch, n_heads, time, width = queries.shape
    n_groups, n_keys = keys.shape[1:3]
    result = np.zeros(queries.shape)
    for b in range(batch):
        for j in range(n_heads):
            group = j * n_groups // n_heads
            for t in range(time):
                end = n_keys - time + t + 1
                scores = keys[b, group, :end] @ queries[b, j, t] / math.sqrt(width)
                powers = np.exp(scores - scores.max())
                result[b, j, t] = powers / powers.sum() @ values[b, group, :end]
    return result


def llama_attention(x, weights, positions, config):
    n_heads, n_groups, base = config["n_heads"], config["n_groups"], config["base"]
    width = x.shape[-1] // n_heads

    def heads(name, n):
        y = x @ weights[name]
        return np.stack([y[..., j * width : (j + 1) * width] for j in range(n)], axis=1)

    queries = rotate(heads("query", n_heads), positions, base)
    keys = rotate(heads("key", n_groups), positions, base)
    mixed = grouped_attention(queries, keys, heads("value", n_groups))
    return np.concatenate([mixed[:, j] for j in range(n_heads)], axis=-1) @ weights["output"]


def swiglu(x, gate, up, down):
    a = x @ gate
    return (a / (1 + np.exp(-a)) * (x @ up)) @ down


def llama_layer(x, weights, positions, config):
    attention = weights["attention"]
    normed = rms_norm(x, weights["attention_norm_gain"], config["eps"])
    middle = x + llama_attention(normed, attention, positions, config)
    normed = rms_norm(middle, weights["feed_forward_norm_gain"], config["eps"])
    return middle + swiglu(normed, **weights["feed_forward"])


def llama_stack(x, layers, positions, config):
    states = [x]
    for weights in layers:
        states.append(llama_layer(states[-1], weights, positions, config))
    return states[-1]


def llama_logits(token_ids, model, config):
    embedded = np.take(model["token_embedding"], token_ids, axis=0)
    positions = np.tile(np.arange(token_ids.shape[1]), (len(token_ids), 1))
    hidden = llama_stack(embedded, model["layers"], positions, config)
    return rms_norm(hidden, model["final_norm_gain"], config["eps"]) @ model["output_weight"]


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    ids = list(prompt)
    for _ in range(max_new_tokens):
        h = stages.embed(ids[-context_length:])
        for layer in stages.layers:
            h = layer(h)
        ids.append(stages.select(stages.softmax(stages.output(h)[-1])))
        if ids[-1] == eos_id:
            break
    return ids[len(prompt) :]
