"""The parts of a layer as modules of PyTorch."""

import torch
from torch import nn


class Norm(nn.Module):
    def __init__(self, gain, eps):
        super().__init__()
        self.gain, self.eps = nn.Parameter(gain), eps

    def forward(self, x):
        size = torch.linalg.vector_norm(x, dim=-1, keepdim=True) / x.shape[-1] ** 0.5
        return self.gain * x / torch.sqrt(size**2 + self.eps)


class Rotation(nn.Module):
    def __init__(self, width, base):
        super().__init__()
        speeds = torch.tensor([base ** (-2 * i / width) for i in range(width // 2)])
        self.register_buffer("speeds", torch.cat([speeds, speeds]))

    def forward(self, x, positions):
        angles = (positions[..., None] * self.speeds).unsqueeze(1)
        a, b = x.chunk(2, dim=-1)
        return x * angles.cos() + torch.cat([-b, a], dim=-1) * angles.sin()


def attend(queries, keys, values):
    parts = []
    for part, q in enumerate(queries.chunk(keys.shape[1], dim=1)):
        k, v = keys[:, part, None], values[:, part, None]
        scores = torch.einsum("bhtd,bhsd->bhts", q, k.expand(-1, q.shape[1], -1, -1))
        time, n_keys = scores.shape[-2:]
        last = torch.arange(n_keys - time, n_keys)[:, None]
        scores = (scores / q.shape[-1] ** 0.5).masked_fill(torch.arange(n_keys) > last, -torch.inf)
        parts.append(scores.softmax(dim=-1) @ v)
    return torch.cat(parts, dim=1)


def heads(x, weights, config):
    width = x.shape[-1] // config["n_heads"]
    for name in ("query", "key", "value"):
        yield (x @ weights[name]).unflatten(-1, (-1, width)).transpose(1, 2)


class Gated(nn.Module):
    def __init__(self, gate, up, down):
        super().__init__()
        self.gate, self.up, self.down = (nn.Parameter(each.T) for each in (gate, up, down))

    def forward(self, x):
        opened = nn.functional.linear(x, self.gate)
        passed = nn.functional.linear(x, self.up)
        return nn.functional.linear(torch.sigmoid(opened) * opened * passed, self.down)


class Layer(nn.Module):
    def __init__(self, weights, config, norm, attention, gated):
        super().__init__()
        self.weights, self.config = weights, config
        self.norm, self.attention, self.gated = norm, attention, gated

    def forward(self, x, positions):
        w, eps = self.weights, self.config["eps"]
        normed = self.norm(x, w["attention_norm_gain"], eps)
        x = x + self.attention(normed, w["attention"], positions, self.config)
        normed = self.norm(x, w["feed_forward_norm_gain"], eps)
        matrices = w["feed_forward"]
        return x + self.gated(normed, matrices["gate"], matrices["up"], matrices["down"])
