"""Weights in ParameterDicts, einsum, a mask that is made in each call, and no module for GELU."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def affine(n_in, n_out):
    return nn.ParameterDict(
        {"weight": nn.Parameter(torch.zeros(n_in, n_out)), "bias": nn.Parameter(torch.zeros(n_out))}
    )


def apply(p, x):
    return torch.einsum("...i,io->...o", x, p["weight"]) + p["bias"]


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        d = config["n_embd"]
        self.p = config["resid_pdrop"]
        self.c_fc, self.c_proj = affine(d, 4 * d), affine(4 * d, d)

    def forward(self, x):
        y = apply(self.c_fc, x)
        y = y * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (y + 0.044715 * y.pow(3)))
        return F.dropout(apply(self.c_proj, y), self.p, self.training)


class CausalSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        d = config["n_embd"]
        self.config = config
        self.c_attn, self.c_proj = affine(d, 3 * d), affine(d, d)

    def forward(self, hidden):
        h = self.config["n_head"]
        b, t, d = hidden.shape
        qkv = apply(self.c_attn, hidden).reshape(b, t, 3, h, d // h)
        q, k, v = qkv.unbind(2)
        bias = torch.full((t, t), -1e9).triu(1)
        scores = torch.einsum("bqhd,bkhd->bhqk", q / (d // h) ** 0.5, k) + bias
        scores = F.dropout(scores.softmax(-1), self.config["attn_pdrop"], self.training)
        mixed = torch.einsum("bhqk,bkhd->bqhd", scores, v).reshape(b, t, d)
        return F.dropout(apply(self.c_proj, mixed), self.config["resid_pdrop"], self.training)


class Norm(nn.Module):
    def __init__(self, d, eps):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))
        self.eps = eps

    def forward(self, x):
        x = x - x.mean(-1, keepdim=True)
        return x / (x.square().mean(-1, keepdim=True) + self.eps).sqrt() * self.weight + self.bias


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        norm = config["n_embd"], config["layer_norm_epsilon"]
        self.mlp, self.attn = MLP(config=config), CausalSelfAttention(config=config)
        self.ln_2, self.ln_1 = Norm(*norm), Norm(*norm)

    def forward(self, x):
        for part, norm in ((self.attn, self.ln_1), (self.mlp, self.ln_2)):
            x = part.forward(norm(x)) + x
        return x


class DecoderModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        d = config["n_embd"]
        self.lm_head = nn.Linear(d, config["vocab_size"], bias=False)
        below = nn.Module()
        below.wte = nn.Embedding(config["vocab_size"], d)
        below.wte.weight = self.lm_head.weight
        below.wpe = nn.Embedding(config["n_positions"], d)
        below.h = nn.Sequential(*[Block(config) for _ in range(config["n_layer"])])
        below.ln_f = Norm(d, config["layer_norm_epsilon"])
        self.transformer = below

    def forward(self, ids):
        below = self.transformer
        x = below.wte(ids) + below.wpe.weight[: ids.shape[1]]
        x = F.dropout(x, self.config["embd_pdrop"], self.training)
        return below.ln_f(below.h(x)) @ below.wte.weight.T

    def generate(self, ids, stages, max_new_tokens):
        self.train(False)
        with torch.inference_mode():
            while max_new_tokens > 0:
                window = ids[:, max(0, ids.shape[1] - self.config["n_positions"]) :]
                chosen = stages.select(self.forward(window)[:, -1])
                ids = torch.hstack([ids, torch.as_tensor(chosen).reshape(-1, 1)])
                max_new_tokens -= 1
        return ids
