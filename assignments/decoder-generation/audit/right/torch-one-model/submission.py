"""Functions in front of a model of modules; sampling through the library's distributions."""

import torch
from model import Attention, FeedForward, attend, layer_of, loaded
from torch import nn


def step_input(prompt, generated, context_length):
    return torch.tensor([*prompt, *generated], dtype=torch.long)[-context_length:]


def embed(token_ids, token_embedding, position_embedding):
    tokens = nn.Embedding.from_pretrained(token_embedding)
    positions = nn.Embedding.from_pretrained(position_embedding)
    return tokens(token_ids) + positions(torch.arange(token_ids.shape[1]))


def layer_norm(x, gain, bias, eps=1e-5):
    norm = nn.LayerNorm(x.shape[-1], eps)
    norm.load_state_dict({"weight": gain, "bias": bias})
    return norm(x)


def softmax(logits):
    return torch.distributions.Categorical(logits=logits).probs


def attention_weights(queries, keys):
    return attend(queries, keys)


def self_attention(x, weights, n_heads):
    return loaded(Attention(x.shape[-1], n_heads), weights)(x)


def feed_forward(x, weights):
    return loaded(FeedForward(*weights["inner"].shape), weights)(x)


def decoder_layer(x, weights, n_heads, eps=1e-5):
    return layer_of(weights, n_heads, eps)(x)


def decoder_stack(x, layers, n_heads, eps=1e-5):
    return nn.Sequential(*(layer_of(weights, n_heads, eps) for weights in layers))(x)


@torch.no_grad()
def output_logits(hidden, gain, bias, eps, output_weight):
    head = nn.Linear(*output_weight.shape, bias=False)
    head.weight.copy_(output_weight.T)
    return head(layer_norm(hidden, gain, bias, eps))


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        return torch.zeros_like(logits).scatter_(-1, logits.argmax(-1, keepdim=True), 1.0)
    probs = softmax(logits / temperature)
    if top_k is not None:
        bound = probs.kthvalue(probs.shape[-1] - min(top_k, probs.shape[-1]) + 1, keepdim=True)
        probs = nn.functional.normalize(probs * (probs >= bound.values), p=1, dim=-1)
    if top_p is not None:
        better = probs.unsqueeze(-2) > probs.unsqueeze(-1)
        mass = (better * probs.unsqueeze(-2)).sum(dim=-1)
        probs = nn.functional.normalize(probs * (mass < top_p), p=1, dim=-1)
    return probs


def select_token(distribution, u=None):
    if u is None:
        return distribution.argmax()
    possible = distribution.nonzero()[:, 0]
    place = torch.bucketize(u, distribution[possible].double().cumsum(-1), right=True)
    return possible[place.clamp(max=len(possible) - 1)].item()


def sequence_log_probability(logits, token_ids):
    return torch.distributions.Categorical(logits=logits).log_prob(token_ids).sum()


class Generator:
    def __init__(self, stages, context_length):
        self.stages, self.context_length = stages, context_length
        self.tokens = []

    def step(self, prompt):
        hidden = self.stages.embed(step_input(prompt, self.tokens, self.context_length)[None])
        for layer in self.stages.layers:
            hidden = layer(hidden)
        distribution = self.stages.softmax(self.stages.output(hidden)[0])[-1]
        self.tokens.append(self.stages.select(distribution))
        return self.tokens[-1]


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generator = Generator(stages, context_length)
    while len(generator.tokens) < max_new_tokens and generator.step(prompt) != eos_id:
        pass
    return generator.tokens
