"""Vectorised NumPy: a fused projection, a boolean mask, in whatever precision comes in."""

import numpy as np

FRAMEWORK = "numpy"


def step_input(prompt, generated, context_length):
    return np.concatenate([prompt, generated]).astype(int)[-context_length:].tolist()


def embed(token_ids, token_embedding, position_embedding):
    return token_embedding[token_ids] + position_embedding[: token_ids.shape[-1]]


def layer_norm(x, gain, bias, eps=1e-5):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * gain + bias


def softmax(logits):
    shifted = np.subtract(logits, np.amax(logits, axis=-1, keepdims=True))
    powers = np.exp(shifted)
    return powers / np.sum(powers, axis=-1, keepdims=True)


def attention_weights(queries, keys):
    scores = np.matmul(queries, np.swapaxes(keys, -1, -2)) / np.float32(queries.shape[-1] ** 0.5)
    visible = np.tri(scores.shape[-1], dtype=bool)
    return softmax(np.where(visible, scores, -np.inf))


def self_attention(x, weights, n_heads):
    names = ("query", "key", "value")
    fused = np.concatenate([weights[name] for name in names], axis=1)
    bias = np.concatenate([weights[f"{name}_bias"] for name in names])
    q, k, v = (
        np.moveaxis(part.reshape(*part.shape[:2], n_heads, -1), 2, 1)
        for part in np.split(x @ fused + bias, 3, axis=-1)
    )
    mixed = np.moveaxis(attention_weights(q, k) @ v, 1, 2).reshape(x.shape)
    return mixed @ weights["output"] + weights["output_bias"]


def feed_forward(x, weights):
    a = x @ weights["inner"] + weights["inner_bias"]
    a = a / (1 + np.exp(-2 * np.sqrt(2 / np.pi) * (a + 0.044715 * a**3)))
    return a @ weights["outer"] + weights["outer_bias"]


def decoder_layer(x, weights, n_heads, eps=1e-5):
    def norm(part, states):
        return layer_norm(states, weights[f"{part}_norm_gain"], weights[f"{part}_norm_bias"], eps)

    h = x + self_attention(norm("attention", x), weights["attention"], n_heads)
    return h + feed_forward(norm("feed_forward", h), weights["feed_forward"])


def decoder_stack(x, layers, n_heads, eps=1e-5):
    for weights in layers:
        x = decoder_layer(x, weights, n_heads=n_heads, eps=eps)
    return x


def output_logits(hidden, gain, bias, eps, output_weight):
    """The gain goes into the matrix, and the bias becomes a bias of the logits."""
    plain = layer_norm(hidden, np.ones_like(gain), np.zeros_like(bias), eps)
    return plain @ (gain[:, None] * output_weight) + bias @ output_weight


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return np.eye(logits.shape[-1], dtype=logits.dtype)[logits.argmax(-1)]
    order = np.argsort(-logits, axis=-1, kind="stable")
    shares = softmax(np.take_along_axis(logits, order, axis=-1) / temperature)
    if top_k is not None:
        shares = np.where(np.arange(shares.shape[-1]) < top_k, shares, 0)
        shares /= shares.sum(-1, keepdims=True)
    if top_p is not None:
        shares = np.where(np.cumsum(shares, axis=-1) - shares < top_p, shares, 0)
        shares /= shares.sum(-1, keepdims=True)
    result = np.zeros_like(shares)
    np.put_along_axis(result, order, shares, axis=-1)
    return result


def select_token(distribution, u=None):
    if u is None:
        return np.argmax(distribution)
    ends = np.cumsum(distribution, dtype=np.float64)
    token = np.searchsorted(ends, u, side="right")
    return np.minimum(token, np.flatnonzero(distribution)[-1])


def sequence_log_probability(logits, token_ids):
    largest = logits.max(-1)
    normalizers = np.log(np.exp(logits - largest[:, None]).sum(-1)) + largest
    return np.sum(np.take_along_axis(logits, token_ids[:, None], 1)[:, 0] - normalizers)


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = np.zeros(0, dtype=int)
    for _ in range(max_new_tokens):
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers:
            hidden = layer(hidden)
        token = stages.select(stages.softmax(stages.output(hidden)[-1]))
        generated = np.append(generated, token)
        if token == eos_id:
            break
    return generated
