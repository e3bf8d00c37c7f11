"""Whatever the library has: F.layer_norm, F.linear, F.embedding, and a fused projection."""

import torch
import torch.nn.functional as F


def step_input(prompt, generated, context_length):
    return (list(prompt) + list(generated))[-context_length:]


def embed(token_ids, token_embedding, position_embedding):
    positions = torch.arange(token_ids.size(1)).expand_as(token_ids)
    return F.embedding(token_ids, token_embedding) + F.embedding(positions, position_embedding)


def layer_norm(x, gain, bias, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], gain, bias, eps)


def softmax(logits):
    return F.softmax(logits, dim=-1)


def attention_weights(queries, keys):
    future = torch.full((queries.size(-2),) * 2, float("-inf")).triu(1)
    return F.softmax(torch.matmul(queries, keys.mT) / queries.size(-1) ** 0.5 + future, dim=-1)


def self_attention(x, weights, n_heads):
    names = ("query", "key", "value")
    fused = torch.cat([weights[name].T for name in names])
    bias = torch.cat([weights[f"{name}_bias"] for name in names])
    shape = (x.size(0), x.size(1), 3, n_heads, x.size(2) // n_heads)
    q, k, v = F.linear(x, fused, bias).view(shape).permute(2, 0, 3, 1, 4)
    mixed = (attention_weights(q, k) @ v).transpose(1, 2).contiguous().view(x.shape)
    return F.linear(mixed, weights["output"].T, weights["output_bias"])


def feed_forward(x, weights):
    inner = F.linear(x, weights["inner"].T, weights["inner_bias"])
    return F.linear(F.gelu(inner, approximate="tanh"), weights["outer"].T, weights["outer_bias"])


def decoder_layer(x, weights, n_heads, eps=1e-5):
    first = weights["attention_norm_gain"], weights["attention_norm_bias"]
    second = weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"]
    x = torch.add(x, self_attention(layer_norm(x, *first, eps), weights["attention"], n_heads))
    return torch.add(x, feed_forward(layer_norm(x, *second, eps), weights["feed_forward"]))


def decoder_stack(x, layers, n_heads, eps=1e-5):
    hidden = x.clone()
    for weights in layers:
        hidden = decoder_layer(hidden, weights, n_heads, eps)
    return hidden


def output_logits(hidden, gain, bias, eps, output_weight):
    return F.linear(F.layer_norm(hidden, gain.shape, gain, bias, eps), output_weight.mT)


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.size(-1)).float()
    values, order = (logits / temperature).sort(dim=-1, descending=True)
    if top_k is not None:
        values[:, top_k:] = float("-inf")
    if top_p is not None:
        mass = F.softmax(values, dim=-1).cumsum(-1)
        values[:, 1:] = values[:, 1:].masked_fill(mass[:, :-1] >= top_p, float("-inf"))
    return F.softmax(torch.empty_like(values).scatter_(-1, order, values), dim=-1)


def select_token(distribution, u=None):
    if u is None:
        return int(torch.topk(distribution, 1).indices)
    total = 0.0
    for token, share in enumerate(distribution.tolist()):
        total += share
        if total > u:
            return token
    return int(distribution.nonzero()[-1])


def sequence_log_probability(logits, token_ids):
    return -F.cross_entropy(logits, token_ids, reduction="sum")


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    tokens = torch.tensor(prompt)
    for _ in range(max_new_tokens):
        hidden = stages.embed(tokens[-context_length:])
        for layer in stages.layers:
            hidden = layer(hidden)
        token = stages.select(stages.softmax(stages.output(hidden)[-1, :]))
        tokens = torch.cat([tokens, torch.tensor([token])])
        if token == eos_id:
            break
    return tokens[len(prompt) :]
