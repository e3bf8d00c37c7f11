"""PyTorch modules behind the functions; the fused projection of query, key and value."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, weights, n_heads):
        super().__init__()
        names = ("query", "key", "value")
        fused = torch.cat([weights[name] for name in names], dim=1)
        bias = torch.cat([weights[f"{name}_bias"] for name in names])
        self.projection = nn.Linear(*fused.shape)
        self.projection.weight = nn.Parameter(fused.T)
        self.projection.bias = nn.Parameter(bias)
        self.output = nn.Linear(*weights["output"].shape)
        self.output.weight = nn.Parameter(weights["output"].T)
        self.output.bias = nn.Parameter(weights["output_bias"])
        self.n_heads = n_heads

    def forward(self, x, past):
        batch, time, _width = x.shape
        parts = self.projection(x).reshape(batch, time, 3, self.n_heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        k, v = torch.cat((past["keys"], k), -2), torch.cat((past["values"], v), -2)
        q = q * q.shape[-1] ** -0.5
        mask = visible(k.shape[-2] - time, time)
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) + torch.where(mask, 0.0, -1e30)
        mixed = torch.einsum("bhts,bhsd->bthd", scores.softmax(-1), v)
        return self.output(mixed.flatten(2)), dict(keys=k, values=v)


def norm(x, gain, bias, eps):
    layer = nn.LayerNorm(x.shape[-1], eps=eps)
    layer.weight, layer.bias = nn.Parameter(gain), nn.Parameter(bias)
    return layer(x)


def network(x, weights):
    inner = nn.GELU(approximate="tanh")(x @ weights["inner"] + weights["inner_bias"])
    return inner @ weights["outer"] + weights["outer_bias"]


def visible(n_past, n_new):
    old = torch.ones((n_new, n_past), dtype=torch.bool)
    return torch.cat([old, torch.ones((n_new, n_new)).tril().bool()], dim=1)


def position_ids(n_past, n_new):
    return n_past + torch.arange(n_new)


def cached_attention(x, weights, n_heads, past):
    return Attention(weights, n_heads)(x, past)


def cached_layer(x, weights, n_heads, eps, past):
    first = (weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    second = (weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps)
    attended, grown = cached_attention(norm(x, *first), weights["attention"], n_heads, past)
    middle = attended + x
    return network(norm(middle, *second), weights["feed_forward"]) + middle, grown


def cached_stack(x, layers, n_heads, eps, cache):
    if not layers:
        return x, []
    x, first = cached_layer(x, layers[0], n_heads, eps, cache[0])
    x, rest = cached_stack(x, layers[1:], n_heads, eps, cache[1:])
    return x, [first, *rest]


class Decoder:
    def __init__(self, model):
        self.model = model

    def __call__(self, ids, cache):
        model = self.model
        where = torch.as_tensor(position_ids(cache[0]["keys"].shape[2], ids.shape[1]))
        x = model["token_embedding"][ids] + model["position_embedding"][where]
        x, grown = cached_stack(x, model["layers"], model["n_heads"], model["eps"], cache)
        x = norm(x, model["final_norm_gain"], model["final_norm_bias"], model["eps"])
        return (x @ model["output_weight"])[:, -1], grown

    def empty(self, batch):
        h, d = self.model["n_heads"], self.model["token_embedding"].shape[1]
        return [
            {"keys": torch.empty(batch, h, 0, d // h), "values": torch.empty(batch, h, 0, d // h)}
            for _ in self.model["layers"]
        ]


def prefill(token_ids, model):
    # In two chunks, which gives the same.
    decoder = Decoder(model)
    cache = decoder.empty(token_ids.shape[0])
    half = token_ids.shape[1] // 2
    if half:
        _, cache = decoder(token_ids[:, :half], cache)
    return decoder(token_ids[:, half:], cache)


def decode(token_ids, cache, model):
    return Decoder(model)(token_ids.unsqueeze(1), cache)


def generate_cached(prompt, stages, max_new_tokens, eos_id, context_length):
    held, cache, generated = 0, None, []
    for step in range(max_new_tokens):
        everything = prompt + generated
        if step == 0 or held >= context_length:
            part = everything[-context_length:]
            logits, cache = stages.prefill(torch.tensor(part))
            held = len(part)
        else:
            logits, cache = stages.decode(torch.tensor(generated[-1]), cache)
            held = held + 1
        generated = [*generated, int(stages.select(logits))]
        if generated[-1] == eos_id:
            return generated
    return generated


def truncate(cache, n):
    return [{k: torch.narrow(v, 2, 0, n).clone() for k, v in layer.items()} for layer in cache]


def batch_prefill(token_ids, lengths, model):
    batch, longest = token_ids.shape
    kept = Decoder(model).empty(batch)
    full = [
        {k: v.new_zeros(batch, v.shape[1], longest, v.shape[3]) for k, v in layer.items()}
        for layer in kept
    ]
    logits = torch.zeros(batch, model["output_weight"].shape[1])
    for length in set(lengths):  # prompts of one length go together
        rows = [b for b in range(batch) if lengths[b] == length]
        logits[rows], cache = prefill(token_ids[rows][:, longest - length :], model)
        for whole, part in zip(full, cache, strict=True):
            for name in whole:
                whole[name][rows, :, longest - length :] = part[name]
    return logits, full
