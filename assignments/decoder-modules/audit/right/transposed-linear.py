"""nn.Linear below, whose weight is turned where it is loaded and saved; no class of the own names
inside of another, and the initialization of GPT-2.
"""

import math

import torch
from torch import nn


class Turned(nn.Linear):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.weight = nn.Parameter(self.weight.detach().T.contiguous())

    def forward(self, x):
        return nn.functional.linear(x, self.weight.T, self.bias)


class FeedForwardNetwork(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c_fc = Turned(c["n_embd"], 4 * c["n_embd"])
        self.c_proj = Turned(4 * c["n_embd"], c["n_embd"])
        self.drop = nn.Dropout(c["resid_pdrop"])

    def forward(self, x):
        inner = nn.functional.gelu(self.c_fc(x), approximate="tanh")
        return self.drop(self.c_proj(inner))


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c["n_head"]
        self.c_attn = Turned(c["n_embd"], 3 * c["n_embd"])
        self.c_proj = Turned(c["n_embd"], c["n_embd"])
        self.drops = nn.ModuleList([nn.Dropout(c["attn_pdrop"]), nn.Dropout(c["resid_pdrop"])])

    def forward(self, x):
        out = []
        parts = (p.chunk(self.heads, -1) for p in self.c_attn(x).chunk(3, -1))
        for q, k, v in zip(*parts, strict=True):
            scores = q @ k.mT / math.sqrt(q.shape[-1])
            later = torch.ones(scores.shape[-2:]).triu(1).bool()
            scores[..., later] = -torch.inf
            out.append(self.drops[0](torch.softmax(scores, -1)) @ v)
        return self.drops[1](self.c_proj(torch.cat(out, -1)))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln_1 = nn.LayerNorm(c["n_embd"], c["layer_norm_epsilon"])
        self.attn = Attention(c)
        self.ln_2 = nn.LayerNorm(c["n_embd"], c["layer_norm_epsilon"])
        self.mlp = FeedForwardNetwork(c)

    def forward(self, x):
        a = x + self.attn(self.ln_1(x))
        return a + self.mlp(self.ln_2(a))


MLP, CausalSelfAttention, Block = FeedForwardNetwork, Attention, Layer


class Transformer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte = nn.Embedding(c["vocab_size"], c["n_embd"])
        self.wpe = nn.Embedding(c["n_positions"], c["n_embd"])
        self.h = nn.ModuleList(Layer(c) for _ in range(c["n_layer"]))
        self.ln_f = nn.LayerNorm(c["n_embd"], c["layer_norm_epsilon"])
        self.drop = nn.Dropout(c["embd_pdrop"])
        self.register_buffer("places", torch.arange(c["n_positions"]), persistent=False)

    def forward(self, ids):
        x = self.drop(self.wte(ids) + self.wpe(self.places[: ids.size(-1)])[None])
        for layer in self.h:
            x = layer(x)
        return self.ln_f(x)


class DecoderModel(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.transformer = Transformer(c)
        self.lm_head = nn.Linear(c["n_embd"], c["vocab_size"], bias=False)
        self.window = c["n_positions"]
        self.apply(self.initialize)
        self.lm_head.weight = self.transformer.wte.weight

    def initialize(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, token_ids):
        return self.lm_head(self.transformer(token_ids))

    @torch.no_grad()
    def generate(self, token_ids, stages, max_new_tokens):
        was = self.training
        self.eval()
        try:
            text = list(token_ids.unbind(1))
            for _ in range(max_new_tokens):
                logits = self(token_ids=torch.stack(text[-self.window :], 1))
                text.append(stages.select(logits[:, -1, :]))
            return torch.stack(text, 1)
        finally:
            self.train(was)
