"""Vectorised NumPy: complex numbers turn, an axis of groups is never repeated."""

import numpy as np

FRAMEWORK = "numpy"


def rms_norm(x, gain, eps):
    return x / np.sqrt(np.square(x).mean(-1, keepdims=True) + eps) * gain


def rotate(x, positions, base):
    half = x.shape[-1] // 2
    turns = np.exp(1j * positions[:, None, :, None] * base ** -(np.arange(half) / half))
    pairs = (x[..., :half] + 1j * x[..., half:]) * turns
    return np.concatenate([pairs.real, pairs.imag], axis=-1).astype(x.dtype)


def grouped_attention(queries, keys, values):
    batch, heads, time, width = queries.shape
    groups, n_keys = keys.shape[1:3]
    by_group = queries.reshape(batch, groups, heads // groups, time, width)
    scores = np.einsum("bgrtd,bgsd->bgrts", by_group, keys) / np.sqrt(np.float32(width))
    seen = np.tri(time, n_keys, n_keys - time, dtype=bool)
    scores = np.where(seen, scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    weights = powers / powers.sum(-1, keepdims=True)
    return np.einsum("bgrts,bgsd->bgrtd", weights, values).reshape(queries.shape)


def llama_attention(x, weights, positions, config):
    h, g = config["n_heads"], config["n_groups"]
    fused = np.concatenate([weights[name] for name in ("query", "key", "value")], axis=1)
    heads = np.moveaxis((x @ fused).reshape(*x.shape[:2], h + 2 * g, -1), 2, 1)
    turned = rotate(heads[:, : h + g], positions, config["base"])
    mixed = grouped_attention(turned[:, :h], turned[:, h:], heads[:, h + g :])
    return np.moveaxis(mixed, 1, 2).reshape(x.shape) @ weights["output"]


def swiglu(x, gate, up, down):
    a, b = np.split(x @ np.concatenate([gate, up], axis=1), 2, axis=-1)
    return (0.5 * a * (1 + np.tanh(a / 2)) * b) @ down


def llama_layer(x, weights, positions, config):
    def norm(part, states):
        return rms_norm(states, weights[f"{part}_norm_gain"], config["eps"])

    attended = llama_attention(norm("attention", x), weights["attention"], positions, config)
    matrices = weights["feed_forward"]
    fed = swiglu(
        norm("feed_forward", x + attended), matrices["gate"], matrices["up"], matrices["down"]
    )
    return x + attended + fed


def llama_stack(x, layers, positions, config):
    if not layers:
        return x
    return llama_stack(llama_layer(x, layers[0], positions, config), layers[1:], positions, config)


def llama_logits(token_ids, model, config):
    positions = np.arange(token_ids.shape[1]) * np.ones_like(token_ids)
    hidden = llama_stack(model["token_embedding"][token_ids], model["layers"], positions, config)
    return rms_norm(hidden, model["final_norm_gain"], config["eps"]) @ model["output_weight"]


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = np.zeros(0, dtype=int)
    while len(generated) < max_new_tokens and eos_id not in generated[-1:]:
        hidden = stages.embed(np.append(prompt, generated).astype(int)[-context_length:].tolist())
        for layer in stages.layers:
            hidden = layer(hidden)
        token = stages.select(stages.softmax(stages.output(hidden)[-1]))
        generated = np.append(generated, token)
    return generated
