"""Sums and products written out as loops; NumPy only holds the numbers."""

import math

import numpy as np

FRAMEWORK = "numpy"


def step_input(prompt, generated, context_length):
    n = len(prompt) + len(generated)
    first = n - context_length if n > context_length else 0
    return [prompt[i] if i < len(prompt) else generated[i - len(prompt)] for i in range(first, n)]


def embed(token_ids, token_embedding, position_embedding):
    rows = [
        [token_embedding[token] + position_embedding[t] for t, token in enumerate(row)]
        for row in token_ids
    ]
    return np.array(rows)


def layer_norm(x, gain, bias, eps=1e-5):
    result = np.empty_like(x)
    for place in np.ndindex(x.shape[:-1]):
        row = x[place].tolist()
        mean = sum(row) / len(row)
        root = math.sqrt(sum((value - mean) ** 2 for value in row) / len(row) + eps)
        result[place] = [
            g * (value - mean) / root + b for value, g, b in zip(row, gain, bias, strict=True)
        ]
    return result


def softmax(logits):
    result = np.empty_like(logits)
    for place in np.ndindex(logits.shape[:-1]):
        row = logits[place].tolist()
        powers = [math.exp(value - max(row)) for value in row]
        result[place] = [power / math.fsum(powers) for power in powers]
    return result


def attention_weights(queries, keys):
    batch, heads, time, width = queries.shape
    result = np.zeros((batch, heads, time, time), dtype=queries.dtype)
    for b, h, i in np.ndindex(batch, heads, time):
        scores = [np.dot(queries[b, h, i], keys[b, h, j]) / width**0.5 for j in range(i + 1)]
        result[b, h, i, : i + 1] = softmax(np.array(scores))
    return result


def self_attention(x, weights, n_heads):
    result = np.empty_like(x)
    size = x.shape[2] // n_heads
    for b in range(len(x)):
        q, k, v = (
            x[b] @ weights[name] + weights[f"{name}_bias"] for name in ("query", "key", "value")
        )
        joined = np.zeros_like(x[b])
        for h in range(n_heads):
            own = slice(h * size, h * size + size)
            pattern = attention_weights(q[None, None, :, own], k[None, None, :, own])[0, 0]
            for t in range(x.shape[1]):
                for s in range(t + 1):
                    joined[t, own] += pattern[t, s] * v[s, own]
        result[b] = joined @ weights["output"] + weights["output_bias"]
    return result


def gelu(a):
    return 0.5 * a * (1 + math.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)))


def feed_forward(x, weights):
    result = np.empty_like(x)
    for place in np.ndindex(x.shape[:-1]):
        inner = x[place] @ weights["inner"] + weights["inner_bias"]
        activated = np.array([gelu(a) for a in inner.tolist()])
        result[place] = activated @ weights["outer"] + weights["outer_bias"]
    return result


def decoder_layer(x, weights, n_heads, eps=1e-5):
    gain, bias = weights["attention_norm_gain"], weights["attention_norm_bias"]
    x = x + self_attention(layer_norm(x, gain, bias, eps), weights["attention"], n_heads)
    gain, bias = weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"]
    return x + feed_forward(layer_norm(x, gain, bias, eps), weights["feed_forward"])


def decoder_stack(x, layers, n_heads, eps=1e-5):
    waiting = list(layers)
    while waiting:
        x = decoder_layer(x, waiting.pop(0), n_heads, eps)
    return x


def output_logits(hidden, gain, bias, eps, output_weight):
    normed = layer_norm(hidden, gain, bias, eps)
    columns = [normed @ output_weight[:, token] for token in range(output_weight.shape[1])]
    return np.stack(columns, axis=-1)


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    result = np.zeros(logits.shape)
    for b, row in enumerate(logits.tolist()):
        order = sorted(range(len(row)), key=row.__getitem__, reverse=True)
        if temperature == 0:
            result[b, order[0]] = 1
            continue
        powers = {token: math.exp((row[token] - row[order[0]]) / temperature) for token in order}
        kept = order if top_k is None else order[:top_k]
        total = math.fsum(powers[token] for token in kept)
        mass, final = 0.0, []
        for token in kept:
            if top_p is not None and final and mass >= top_p:
                break
            mass += powers[token] / total
            final.append(token)
        for token in final:
            result[b, token] = powers[token] / total / mass
    return result


def select_token(distribution, u=None):
    shares = distribution.tolist()
    if u is None:
        return shares.index(max(shares))
    total = 0.0
    for token, share in enumerate(shares):
        total += share
        if total > u:
            return token
    return max(token for token, share in enumerate(shares) if share > 0)


def sequence_log_probability(logits, token_ids):
    total = 0.0
    for row, token in zip(logits.tolist(), token_ids.tolist(), strict=True):
        shift = max(row)
        total += row[token] - shift - math.log(sum(math.exp(value - shift) for value in row))
    return total


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    tokens, left = [*prompt], max_new_tokens
    while left > 0:
        left -= 1
        hidden = stages.embed(tokens[-context_length:])
        for layer in stages.layers:
            hidden = layer(hidden)
        logits = stages.output(hidden)
        tokens.append(stages.select(stages.softmax(logits[len(logits) - 1])))
        if tokens[-1] == eos_id:
            left = 0
    return tokens[len(prompt) :]
