"""NumPy: a loop over the heads, preallocated caches, and one pass for padded prompts."""

import numpy as np


def layer_norm(x, gain, bias, eps):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps) + bias


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def visible(n_past, n_new):
    return np.arange(n_past + n_new)[None, :] <= n_past + np.arange(n_new)[:, None]


def position_ids(n_past, n_new):
    return list(range(n_past, n_past + n_new))


def attention(x, weights, n_heads, past, mask):
    """mask: (T, S + T) or (B, T, S + T)."""
    batch, n_new, width = x.shape
    head_width = width // n_heads
    n_past = past["keys"].shape[2]
    keys = np.zeros((batch, n_heads, n_past + n_new, head_width), x.dtype)
    values = np.zeros_like(keys)
    keys[:, :, :n_past], values[:, :, :n_past] = past["keys"], past["values"]
    joined = np.zeros_like(x)
    for head in range(n_heads):
        columns = slice(head * head_width, (head + 1) * head_width)
        query = x @ weights["query"][:, columns] + weights["query_bias"][columns]
        keys[:, head, n_past:] = x @ weights["key"][:, columns] + weights["key_bias"][columns]
        values[:, head, n_past:] = (
            x @ weights["value"][:, columns] + weights["value_bias"][columns]
        )
        scores = np.einsum("btd,bsd->bts", query, keys[:, head]) / np.sqrt(head_width)
        scores = scores + np.where(mask, 0, -1e9)
        joined[:, :, columns] = softmax(scores) @ values[:, head]
    output = joined @ weights["output"] + weights["output_bias"]
    return output, {"keys": keys, "values": values}


def cached_attention(x, weights, n_heads, past):
    return attention(x, weights, n_heads, past, visible(past["keys"].shape[2], x.shape[1]))


def layer_around(attend, x, weights, eps):
    normed = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    attended, grown = attend(normed, weights["attention"])
    x = x + attended
    inner = weights["feed_forward"]
    normed = layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    activated = gelu(normed @ inner["inner"] + inner["inner_bias"])
    return x + activated @ inner["outer"] + inner["outer_bias"], grown


def cached_layer(x, weights, n_heads, eps, past):
    return layer_around(
        lambda normed, own: cached_attention(normed, own, n_heads, past), x, weights, eps
    )


def cached_stack(x, layers, n_heads, eps, cache):
    grown = [None] * len(layers)
    for k in range(len(layers)):
        x, grown[k] = cached_layer(x, layers[k], n_heads, eps, cache[k])
    return x, grown


def empty(batch, model):
    width, n_heads = model["token_embedding"].shape[1], model["n_heads"]
    nothing = np.zeros((batch, n_heads, 0, width // n_heads), np.float32)
    return [{"keys": nothing, "values": nothing} for _ in model["layers"]]


def head(x, model):
    x = layer_norm(x, model["final_norm_gain"], model["final_norm_bias"], model["eps"])
    return x @ model["output_weight"]


def forward(token_ids, cache, model):
    positions = position_ids(cache[0]["keys"].shape[2], token_ids.shape[1])
    x = model["token_embedding"][token_ids] + model["position_embedding"][positions]
    x, grown = cached_stack(x, model["layers"], model["n_heads"], model["eps"], cache)
    return head(x, model)[:, -1], grown


def prefill(token_ids, model):
    return forward(token_ids, empty(len(token_ids), model), model)


def decode(token_ids, cache, model):
    return forward(token_ids.reshape(-1, 1), cache, model)


def generate_cached(prompt, stages, max_new_tokens, eos_id, context_length):
    text = list(prompt)
    cache, held = None, context_length
    while len(text) < len(prompt) + max_new_tokens:
        if cache is None or held == context_length:
            logits, cache = stages.prefill(text[-context_length:])
            held = min(len(text), context_length)
        else:
            logits, cache = stages.decode(text[-1], cache)
            held += 1
        text.append(stages.select(logits))
        if text[-1] == eos_id:
            break
    return text[len(prompt) :]


def truncate(cache, n):
    return [
        {"keys": layer["keys"][:, :, :n].copy(), "values": layer["values"][:, :, :n].copy()}
        for layer in cache
    ]


def batch_prefill(token_ids, lengths, model):
    batch, longest = token_ids.shape
    places = np.arange(longest)[None, :] - (longest - np.array(lengths))[:, None]
    mask = visible(0, longest)[None] & (places >= 0)[:, None, :]
    x = model["token_embedding"][token_ids] + model["position_embedding"][np.maximum(places, 0)]
    cache = []
    for weights, past in zip(model["layers"], empty(batch, model)):
        x, grown = layer_around(
            lambda normed, own, past=past: attention(normed, own, model["n_heads"], past, mask),
            x,
            weights,
            model["eps"],
        )
        real = (places >= 0)[:, None, :, None]
        cache.append({name: np.where(real, kept, 0) for name, kept in grown.items()})
    return head(x[:, -1], model), cache
