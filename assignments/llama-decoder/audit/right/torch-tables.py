"""No graded function calls another; tables of angles are kept by all that they depend on."""

from functools import lru_cache

import torch


@lru_cache(maxsize=8)
def table(width, base, longest):
    places = torch.arange(longest + 1).float()
    speeds = torch.pow(torch.tensor(base), -torch.arange(0, width, 2).float() / width)
    angles = torch.outer(places, speeds)
    return angles.cos(), angles.sin()


def norm(x, gain, eps):
    return x / (x * x).mean(-1, keepdim=True).add(eps).sqrt() * gain


def turn(x, positions, base):
    cos, sin = table(x.shape[-1], float(base), int(positions.max()))
    cos, sin = cos[positions][:, None], sin[positions][:, None]
    x1, x2 = torch.tensor_split(x, 2, dim=-1)
    return torch.cat([x1 * cos - x2 * sin, x2 * cos + x1 * sin], -1)


def attend(q, k, v):
    b, h, t, d = q.shape
    g, s = k.shape[1], k.shape[2]
    k, v = (y[:, :, None].expand(b, g, h // g, s, d).reshape(b, h, s, d) for y in (k, v))
    bias = torch.zeros(t, s).masked_fill(torch.ones(t, s).tril(s - t) == 0, float("-inf"))
    scores = torch.baddbmm(
        bias.expand(b * h, t, s),
        q.reshape(b * h, t, d),
        k.reshape(b * h, s, d).transpose(1, 2),
        alpha=d**-0.5,
    )
    return torch.bmm(scores.softmax(-1), v.reshape(b * h, s, d)).reshape(b, h, t, d)


def sublayer(x, w, positions, config):
    b, t, d = x.shape
    width = d // config["n_heads"]
    q, k, v = (
        (x @ w[name]).reshape(b, t, -1, width).swapaxes(1, 2) for name in ("query", "key", "value")
    )
    base = config["base"]
    mixed = attend(turn(q, positions, base), turn(k, positions, base), v)
    return mixed.swapaxes(1, 2).reshape(b, t, d) @ w["output"]


def gated(x, gate, up, down):
    return torch.nn.functional.silu(x @ gate).mul(x @ up) @ down


def block(x, w, positions, config):
    x = x + sublayer(
        norm(x, w["attention_norm_gain"], config["eps"]), w["attention"], positions, config
    )
    inner = w["feed_forward"]
    normed = norm(x, w["feed_forward_norm_gain"], config["eps"])
    return x + gated(normed, inner["gate"], inner["up"], inner["down"])


def rms_norm(x, gain, eps):
    return norm(x, gain, eps)


def rotate(x, positions, base):
    return turn(x, positions, base)


def grouped_attention(queries, keys, values):
    return attend(queries, keys, values)


def llama_attention(x, weights, positions, config):
    return sublayer(x, weights, positions, config)


def swiglu(x, gate, up, down):
    return gated(x, gate, up, down)


def llama_layer(x, weights, positions, config):
    return block(x, weights, positions, config)


def llama_stack(x, layers, positions, config):
    for weights in layers:
        x = block(x, weights, positions, config)
    return x


def llama_logits(token_ids, model, config):
    x = model["token_embedding"].index_select(0, token_ids.flatten()).view(*token_ids.shape, -1)
    # Only differences of positions count, so they may begin anywhere.
    positions = torch.arange(3, 3 + token_ids.shape[1]).expand_as(token_ids)
    for weights in model["layers"]:
        x = block(x, weights, positions, config)
    return norm(x, model["final_norm_gain"], config["eps"]) @ model["output_weight"]


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    window, generated = list(prompt)[-context_length:], []
    while len(generated) != max_new_tokens:
        states = stages.embed(list(window))
        for run in stages.layers:
            states = run(states)
        chosen = stages.select(stages.softmax(stages.output(states)[-1]))
        generated += [chosen]
        window = [*window, chosen][-context_length:]
        if chosen == eos_id:
            break
    return generated
