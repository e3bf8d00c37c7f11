"""Attention one query after the other, with a cache of keys and values that grows along."""

import math

import torch


def step_input(prompt, generated, context_length):
    window = list(prompt)
    for token in generated:
        window.append(token)
    while len(window) > context_length:
        del window[0]
    return window


def embed(token_ids, token_embedding, position_embedding):
    columns = [
        token_embedding[token_ids[:, t]] + position_embedding[t] for t in range(token_ids.shape[1])
    ]
    return torch.stack(columns, dim=1)


def layer_norm(x, gain, bias, eps=1e-5):
    variance, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
    return torch.addcmul(bias, gain, (x - mean) / (variance + eps).sqrt())


def softmax(logits):
    largest = logits.max(dim=-1, keepdim=True).values
    powers = (logits - largest).exp()
    return powers.div(powers.sum(dim=-1, keepdim=True))


def attention_weights(queries, keys):
    time = queries.shape[-2]
    rows = []
    for t in range(time):
        seen = keys[..., : t + 1, :]
        scores = (seen @ queries[..., t, :, None]).squeeze(-1) / math.sqrt(queries.shape[-1])
        rows.append(torch.nn.functional.pad(softmax(scores), (0, time - t - 1)))
    return torch.stack(rows, dim=-2)


def self_attention(x, weights, n_heads):
    cache, outputs = [], []
    for t in range(x.shape[1]):
        q, k, v = (
            (x[:, t] @ weights[name] + weights[f"{name}_bias"]).unflatten(-1, (n_heads, -1))
            for name in ("query", "key", "value")
        )
        cache.append((k, v))
        keys, values = (torch.stack(parts, dim=2) for parts in zip(*cache, strict=True))
        scores = (keys * q[:, :, None]).sum(-1) / math.sqrt(q.shape[-1])  # (B, h, t + 1)
        mixed = (softmax(scores)[..., None] * values).sum(dim=2)  # (B, h, d/h)
        outputs.append(mixed.flatten(-2) @ weights["output"] + weights["output_bias"])
    return torch.stack(outputs, dim=1)


def feed_forward(x, weights):
    rows = []
    for t in range(x.shape[1]):
        a = torch.addmm(weights["inner_bias"], x[:, t], weights["inner"])
        a = a * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (a + 0.044715 * a.pow(3)))
        rows.append(torch.addmm(weights["outer_bias"], a, weights["outer"]))
    return torch.stack(rows, dim=1)


def decoder_layer(x, weights, n_heads, eps=1e-5):
    def normed(part, states):
        return layer_norm(states, weights[f"{part}_norm_gain"], weights[f"{part}_norm_bias"], eps)

    middle = self_attention(normed("attention", x), weights["attention"], n_heads).add(x)
    return feed_forward(normed("feed_forward", middle), weights["feed_forward"]).add(middle)


def decoder_stack(x, layers, n_heads, eps=1e-5):
    stream = [x]
    for weights in layers:
        stream.append(decoder_layer(stream[-1], weights, n_heads, eps))
    return stream[-1]


def output_logits(hidden, gain, bias, eps, output_weight):
    rows = layer_norm(hidden, gain, bias, eps).flatten(0, 1)
    return torch.mm(rows, output_weight).unflatten(0, hidden.shape[:2])


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    return torch.stack([_one(row, temperature, top_k, top_p) for row in logits])


def _one(row, temperature, top_k, top_p):
    order = sorted(range(len(row)), key=lambda token: -float(row[token]))
    if temperature == 0:
        order, temperature, top_p = order[:1], 1.0, None
    if top_k is not None:
        order = order[:top_k]
    shares = softmax(row[order] / temperature)
    if top_p is not None:
        size = 1
        while size < len(order) and float(shares[:size].sum()) < top_p:
            size += 1
        order, shares = order[:size], shares[:size] / shares[:size].sum()
    result = torch.zeros_like(row)
    result[order] = shares
    return result


def select_token(distribution, u=None):
    if u is None:
        return distribution.max(dim=0).indices
    ends = distribution.to(torch.float64).cumsum(0)
    # Rounding may leave even the whole sum at u.
    return torch.nonzero((ends > u) | (ends == ends[-1]))[0, 0]


def sequence_log_probability(logits, token_ids):
    total = 0.0
    for row, token in zip(logits, token_ids, strict=True):
        total += float(row[token] - row.logsumexp(dim=0))
    return total


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    window, generated = list(prompt)[-context_length:], []
    while len(generated) < max_new_tokens:
        hidden = stages.embed(window)
        for k in range(len(stages.layers)):
            hidden = stages.layers[k](hidden)
        token = stages.select(stages.softmax(stages.output(hidden)[-1]))
        generated.append(token)
        if token == eos_id:
            break
        window = [*window, token][-context_length:]
    return generated
