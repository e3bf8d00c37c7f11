"""The two functions of the starter, and the rest in NumPy over them; masks by broadcasting."""

import numpy as np


def layer_norm(x, gain, bias, eps):
    centred = x - x.mean(-1)[..., None]
    variance = (centred**2).mean(-1)[..., None]
    return gain * centred / (variance + eps) ** 0.5 + bias


def feed_forward(x, weights):
    inner = x @ weights["inner"] + weights["inner_bias"]
    doubled = 2 * (2 / 3.141592653589793) ** 0.5 * (inner + 0.044715 * inner**3)
    activated = inner / (1 + 2.718281828459045 ** (-doubled))
    return activated @ weights["outer"] + weights["outer_bias"]


def visible(n_past, n_new):
    return ~np.triu(np.ones((n_new, n_past + n_new), bool), n_past + 1)


def position_ids(n_past, n_new):
    return np.arange(n_past + n_new)[n_past:]


def cached_attention(x, weights, n_heads, past):
    batch, time, width = x.shape
    shape = batch, time, n_heads, width // n_heads
    q, k, v = (
        (x @ weights[name] + weights[name + "_bias"]).reshape(shape).swapaxes(1, 2)
        for name in ("query", "key", "value")
    )
    past_keys, past_values = past["keys"], past["values"]
    n_past = past_keys.shape[2]
    keys, values = np.concatenate((past_keys, k), 2), np.concatenate((past_values, v), 2)
    scores = q @ keys.swapaxes(2, 3) / shape[-1] ** 0.5
    scores[:, :, ~visible(n_past, time)] = -np.inf
    weight = np.exp(scores - scores.max(3)[..., None])
    mixed = (weight / weight.sum(3)[..., None]) @ values
    joined = np.concatenate([mixed[:, j] for j in range(n_heads)], axis=-1)
    return joined @ weights["output"] + weights["output_bias"], dict(
        queries=q, keys=keys, values=values
    )


def cached_layer(x, weights, n_heads, eps, past):
    y, grown = cached_attention(
        layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps),
        weights["attention"],
        n_heads,
        past,
    )
    y = x + y
    normed = layer_norm(
        y, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return y + feed_forward(normed, weights["feed_forward"]), grown


def cached_stack(x, layers, n_heads, eps, cache):
    new = []
    for one, past in zip(layers, cache, strict=True):
        x, layer = cached_layer(x, one, n_heads, eps, past)
        new += [layer]
    return x, new


def passed(ids, cache, model):
    at = position_ids(cache[0]["keys"].shape[2], ids.shape[1])
    x = model["token_embedding"][ids] + model["position_embedding"][at]
    x, new = cached_stack(x, model["layers"], model["n_heads"], model["eps"], cache)
    final = layer_norm(x, model["final_norm_gain"], model["final_norm_bias"], model["eps"])
    return final[:, -1, :] @ model["output_weight"], new


def prefill(token_ids, model):
    n = model["n_heads"]
    none = np.zeros((len(token_ids), n, 0, model["token_embedding"].shape[1] // n), np.float32)
    return passed(token_ids, [{"keys": none, "values": none}] * len(model["layers"]), model)


def decode(token_ids, cache, model):
    return passed(token_ids[..., None], cache, model)


def generate_cached(prompt, stages, max_new_tokens, eos_id, context_length):
    out = []
    if max_new_tokens < 1:
        return out
    logits, cache = stages.prefill(prompt[-context_length:])
    while True:
        out.append(stages.select(logits))
        if out[-1] == eos_id or len(out) == max_new_tokens:
            break
        if len(prompt) + len(out) > context_length:
            logits, cache = stages.prefill((prompt + out)[-context_length:])
        else:
            logits, cache = stages.decode(out[-1], cache)
    return out


def truncate(cache, n):
    return [dict(keys=c["keys"][:, :, :n], values=c["values"][:, :, :n]) for c in cache]


def batch_prefill(token_ids, lengths, model):
    time = token_ids.shape[1]
    logits, caches = zip(
        *(prefill(token_ids[b : b + 1, time - n :], model) for b, n in enumerate(lengths)),
        strict=True,
    )
    return np.vstack(logits), [
        {
            name: np.concatenate(
                [
                    np.concatenate(
                        (np.zeros_like(one[name][:, :, :1]).repeat(time - n, 2), one[name]), 2
                    )
                    for one, n in zip(layer, lengths, strict=True)
                ]
            )
            for name in ("keys", "values")
        }
        for layer in zip(*caches, strict=True)
    ]
