"""NumPy in float64: every pass takes one token after the other, and the loop always reads all."""

import numpy as np


def layer_norm(x, gain, bias, eps):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * gain + bias


def feed_forward(x, w):
    z = x @ w["inner"] + w["inner_bias"]
    z = z / (1 + np.exp(-2 * np.sqrt(2 / np.pi) * (z + 0.044715 * z * z * z)))
    return z @ w["outer"] + w["outer_bias"]


def visible(n_past, n_new):
    return np.array([[s <= n_past + t for s in range(n_past + n_new)] for t in range(n_new)])


def position_ids(n_past, n_new):
    return np.arange(n_new) + n_past


def one_token(x, weights, n_heads, past):
    """x: (B, d)."""
    batch, width = x.shape

    def heads(name):
        return (x @ weights[name] + weights[f"{name}_bias"]).reshape(batch, n_heads, 1, -1)

    keys = np.concatenate([past["keys"], heads("key")], axis=2)
    values = np.concatenate([past["values"], heads("value")], axis=2)
    scores = (heads("query") * keys).sum(-1) / np.sqrt(width / n_heads)
    weight = np.exp(scores - scores.max(-1, keepdims=True))
    weight /= weight.sum(-1, keepdims=True)
    mixed = (weight[..., None] * values).sum(2).reshape(batch, width)
    output = mixed @ weights["output"] + weights["output_bias"]
    return output, {"keys": keys, "values": values, "length": keys.shape[2]}


def cached_attention(x, weights, n_heads, past):
    outputs, cache = [], {name: past[name].astype(float) for name in ("keys", "values")}
    for t in range(x.shape[1]):
        output, cache = one_token(x[:, t].astype(float), weights, n_heads, cache)
        outputs.append(output)
    return np.stack(outputs, axis=1), cache


def cached_layer(x, weights, n_heads, eps, past):
    x = x.astype(float)
    outputs = np.empty_like(x)
    for t in range(x.shape[1]):
        token = x[:, t : t + 1]
        normed = layer_norm(
            token, weights["attention_norm_gain"], weights["attention_norm_bias"], eps
        )
        attended, past = cached_attention(normed, weights["attention"], n_heads, past)
        token = token + attended
        normed = layer_norm(
            token, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
        )
        outputs[:, t : t + 1] = token + feed_forward(normed, weights["feed_forward"])
    return outputs, past


def cached_stack(x, layers, n_heads, eps, cache):
    grown = []
    for number, weights in enumerate(layers):
        x, one = cached_layer(x, weights, n_heads, eps, cache[number])
        grown.append(one)
    return x, tuple(grown)


def decode(token_ids, cache, model):
    position = position_ids(cache[0]["values"].shape[-2], 1)[0]
    x = model["token_embedding"][token_ids] + model["position_embedding"][position]
    x, grown = cached_stack(x[:, None], model["layers"], model["n_heads"], model["eps"], cache)
    norm = model["final_norm_gain"], model["final_norm_bias"], model["eps"]
    return layer_norm(x[:, 0], *norm) @ model["output_weight"], grown


def prefill(token_ids, model):
    batch, time = token_ids.shape
    heads = model["n_heads"]
    shape = batch, heads, 0, model["token_embedding"].shape[1] // heads
    cache = [{"keys": np.zeros(shape), "values": np.zeros(shape)} for _ in model["layers"]]
    for t in range(time):
        logits, cache = decode(token_ids[:, t], cache, model)
    return logits, cache


def generate_cached(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens and (not generated or generated[-1] != eos_id):
        logits, _ = stages.prefill([*prompt, *generated][-context_length:])
        generated.append(stages.select(logits))
    return generated


def truncate(cache, n):
    return [
        {
            "keys": np.array(layer["keys"][..., :n, :]),
            "values": np.array(layer["values"][..., :n, :]),
        }
        for layer in cache
    ]


def batch_prefill(token_ids, lengths, model):
    longest = token_ids.shape[1]
    found = [
        prefill(r[None, longest - n :], model) for r, n in zip(token_ids, lengths, strict=True)
    ]
    cache = []
    for number in range(len(model["layers"])):
        layer = {}
        for name in ("keys", "values"):
            rows = [c[number][name][0] for _, c in found]
            layer[name] = np.stack(
                [np.pad(row, ((0, 0), (longest - row.shape[1], 0), (0, 0))) for row in rows]
            )
        cache.append(layer)
    return np.concatenate([logits for logits, _ in found]), cache
