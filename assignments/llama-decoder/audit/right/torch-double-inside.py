"""PyTorch in float64 inside and float32 outside; einsum throughout."""

import math

import torch


def single(function):
    def call(x, *others):
        return function(x.double(), *others).to(torch.float32)

    return call


def doubled(value):
    if isinstance(value, dict):
        return {key: doubled(item) for key, item in value.items()}
    return value.double() if isinstance(value, torch.Tensor) else value


@single
def rms_norm(x, gain, eps):
    return torch.einsum("...d,...,d->...d", x, (x.square().mean(-1) + eps).rsqrt(), gain.double())


@single
def rotate(x, positions, base):
    half = x.shape[-1] // 2
    speeds = torch.exp(-torch.arange(half, dtype=torch.float64) * math.log(base) / half)
    angles = torch.einsum("bt,i->bti", positions.double(), speeds).unsqueeze(1)
    pairs = torch.view_as_complex(torch.stack((x[..., :half], x[..., half:]), dim=-1))
    turned = torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles))
    return torch.cat((turned[..., 0], turned[..., 1]), dim=-1)


@single
def grouped_attention(queries, keys, values):
    n_heads, n_groups = queries.shape[1], keys.shape[1]
    group = torch.tensor([j * n_groups // n_heads for j in range(n_heads)])
    keys, values = keys.double()[:, group], values.double()[:, group]
    scores = torch.einsum("bhtd,bhsd->bhts", queries, keys) / math.sqrt(queries.shape[-1])
    time, n_keys = scores.shape[-2:]
    places = torch.arange(n_keys)
    visible = places[None, :] <= places[n_keys - time :, None]
    scores = torch.where(visible, scores, torch.tensor(-1e300, dtype=torch.float64))
    return torch.einsum("bhts,bhsd->bhtd", torch.softmax(scores, -1), values)


@single
def llama_attention(x, weights, positions, config):
    w, batch, time = doubled(weights), *x.shape[:2]

    width = x.shape[-1] // config["n_heads"]
    queries, keys, values = (
        torch.einsum("btd,de->bte", x, w[name]).reshape(batch, time, -1, width).permute(0, 2, 1, 3)
        for name in ("query", "key", "value")
    )
    queries, keys = (rotate(each, positions, config["base"]) for each in (queries, keys))
    mixed = grouped_attention(queries, keys, values).double()
    output = w["output"].reshape(config["n_heads"], width, -1)
    return torch.einsum("bhte,hed->btd", mixed, output)


@single
def swiglu(x, gate, up, down):
    opened, passed = x @ gate.double(), x @ up.double()
    return (opened * torch.sigmoid(opened) * passed) @ down.double()


@single
def llama_layer(x, weights, positions, config):
    def add(states, result):
        return states + result.double()

    eps, ffn = config["eps"], weights["feed_forward"]
    normed = rms_norm(x, weights["attention_norm_gain"], eps)
    middle = add(x, llama_attention(normed, weights["attention"], positions, config))
    normed = rms_norm(middle, weights["feed_forward_norm_gain"], eps)
    return add(middle, swiglu(normed, ffn["gate"], ffn["up"], ffn["down"]))


def llama_stack(x, layers, positions, config):
    for weights in layers:
        x = llama_layer(x, weights, positions, config)
    return x


def llama_logits(token_ids, model, config):
    positions = torch.ones_like(token_ids).cumsum(dim=1) - 1
    hidden = llama_stack(model["token_embedding"][token_ids], model["layers"], positions, config)
    normed = rms_norm(hidden, model["final_norm_gain"], config["eps"]).double()
    return (normed @ model["output_weight"].double()).float()


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    def step(ids):
        hidden = stages.embed(ids[-context_length:])
        for layer in stages.layers:
            hidden = layer(hidden)
        return stages.select(stages.softmax(stages.output(hidden)[-1]))

    generated = []
    for _ in range(max_new_tokens):
        generated.append(step([*prompt, *generated]))
        if generated[-1] == eos_id:
            return generated
    return generated
