"""Normalizes the sums."""

import torch
import torch.nn.functional as F


def rms_norm(x, gain, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * gain


def rotate(x, positions, base):
    half = x.shape[-1] // 2
    speeds = 1.0 / base ** (torch.arange(half).float() / half)
    angles = positions.float()[:, None, :, None] * speeds
    cos, sin = torch.cos(angles), torch.sin(angles)
    a, b = x[..., :half], x[..., half:]
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


def grouped_attention(queries, keys, values):
    shared = queries.size(1) // keys.size(1)
    keys = keys.repeat_interleave(shared, dim=1)
    values = values.repeat_interleave(shared, dim=1)
    scores = queries @ keys.mT / queries.size(-1) ** 0.5
    n, s = scores.shape[-2:]
    future = torch.ones(n, s, dtype=torch.bool).triu(s - n + 1)
    return torch.softmax(scores.masked_fill(future, float("-inf")), dim=-1) @ values


def llama_attention(x, weights, positions, config):
    batch, time, width = x.shape

    def heads(name, n):
        return (x @ weights[name]).view(batch, time, n, -1).transpose(1, 2)

    q = rotate(heads("query", config["n_heads"]), positions, config["base"])
    k = rotate(heads("key", config["n_groups"]), positions, config["base"])
    mixed = grouped_attention(q, k, heads("value", config["n_groups"]))
    return mixed.transpose(1, 2).reshape(batch, time, width) @ weights["output"]


def swiglu(x, gate, up, down):
    return (F.silu(x @ gate) * (x @ up)) @ down


def llama_layer(x, weights, positions, config):
    eps = config["eps"]
    x = x + llama_attention(x, weights["attention"], positions, config)
    x = rms_norm(x, weights["attention_norm_gain"], eps)
    ffn = weights["feed_forward"]
    x = x + swiglu(x, ffn["gate"], ffn["up"], ffn["down"])
    return rms_norm(x, weights["feed_forward_norm_gain"], eps)


def llama_stack(x, layers, positions, config):
    for weights in layers:
        x = llama_layer(x, weights, positions, config)
    return x


def llama_logits(token_ids, model, config):
    batch, time = token_ids.shape
    positions = torch.arange(time).repeat(batch, 1)
    hidden = llama_stack(model["token_embedding"][token_ids], model["layers"], positions, config)
    return rms_norm(hidden, model["final_norm_gain"], config["eps"]) @ model["output_weight"]


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens:
        hidden = stages.embed((prompt + generated)[-context_length:])
        for layer in stages.layers:
            hidden = layer(hidden)
        token = stages.select(stages.softmax(stages.output(hidden)[-1]))
        generated.append(token)
        if token == eos_id:
            break
    return generated
