"""Every function computes in float64 and casts back to float32, heads one by one."""

import math

import torch

DOUBLE, SINGLE = torch.float64, torch.float32


def up(value):
    if isinstance(value, dict):
        return {name: up(item) for name, item in value.items()}
    return value.to(DOUBLE)


def step_input(prompt, generated, context_length):
    n_old = max(0, context_length - len(generated))
    kept = prompt[max(0, len(prompt) - n_old) :] if n_old else []
    return kept + generated[max(0, len(generated) - context_length) :]


def embed(token_ids, token_embedding, position_embedding):
    tokens = up(token_embedding).index_select(0, token_ids.flatten()).unflatten(0, token_ids.shape)
    return (tokens + up(position_embedding)[: token_ids.shape[1]]).to(SINGLE)


def layer_norm(x, gain, bias, eps=1e-5):
    x = up(x)
    squares, mean = (x * x).mean(-1, keepdim=True), x.mean(-1, keepdim=True)
    return ((x - mean) / (squares - mean * mean + eps).sqrt() * gain + bias).to(SINGLE)


def softmax(logits):
    return torch.softmax(logits, dim=-1, dtype=DOUBLE).to(SINGLE)


def attention_weights(queries, keys):
    scores = up(queries) @ up(keys).transpose(2, 3) / math.sqrt(queries.shape[3])
    powers = (scores - scores.amax(-1, keepdim=True)).exp().tril()
    if (powers.sum(-1) < 1e-200).any():  # a later key took it all
        hidden = torch.ones_like(scores, dtype=torch.bool).triu(1)
        return torch.softmax(scores.masked_fill(hidden, -math.inf), dim=-1).to(SINGLE)
    return (powers / powers.sum(-1, keepdim=True)).to(SINGLE)


def self_attention(x, weights, n_heads):
    x, weights = up(x), up(weights)
    width = x.shape[-1] // n_heads
    total = weights["output_bias"].expand(x.shape).clone()
    for head in range(n_heads):
        columns = slice(head * width, (head + 1) * width)
        q, k, v = (
            x @ weights[name][:, columns] + weights[f"{name}_bias"][columns]
            for name in ("query", "key", "value")
        )
        pattern = attention_weights(q.unsqueeze(1), k.unsqueeze(1)).squeeze(1)
        total += up(pattern) @ v @ weights["output"][columns]
    return total.to(SINGLE)


def feed_forward(x, weights):
    weights = up(weights)
    a = up(x) @ weights["inner"] + weights["inner_bias"]
    a = a / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a * a * a)))
    return (a @ weights["outer"] + weights["outer_bias"]).to(SINGLE)


def decoder_layer(x, weights, n_heads, eps=1e-5):
    n = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    x = up(x) + up(self_attention(n, weights["attention"], n_heads))
    n = layer_norm(
        x.to(SINGLE), weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
    )
    return (x + up(feed_forward(n, weights["feed_forward"]))).to(SINGLE)


def decoder_stack(x, layers, n_heads, eps=1e-5):
    for depth in range(len(layers)):
        x = decoder_layer(x, layers[depth], n_heads, eps)
    return x


def output_logits(hidden, gain, bias, eps, output_weight):
    return (up(layer_norm(hidden, gain, bias, eps)) @ up(output_weight)).to(SINGLE)


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    logits = up(logits)
    if temperature < 1e-8:
        result = torch.zeros_like(logits)
        result[torch.arange(len(logits)), logits.argmax(dim=1)] = 1
        return result.to(SINGLE)
    powers = torch.exp((logits - logits.amax(1, keepdim=True)) / temperature)
    for row in powers:
        order = row.argsort(descending=True)
        if top_k is not None:
            row[order[top_k:]] = 0
        if top_p is not None:
            mass = (row[order] / row.sum()).cumsum(0)
            row[order[1:][mass[:-1] >= top_p]] = 0
    return (powers / powers.sum(1, keepdim=True)).to(SINGLE)


def select_token(distribution, u=None):
    shares = up(distribution)
    if u is None:
        return int(shares.argmax())
    return min(int((shares.cumsum(0) <= u).sum()), int(shares.nonzero().max()))


def sequence_log_probability(logits, token_ids):
    rows = torch.arange(len(token_ids))
    return up(logits).log_softmax(1)[rows, token_ids].sum().item()


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    def step(generated):
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers:
            hidden = layer(hidden.float())
        return stages.select(stages.softmax(stages.output(hidden)[-1]))

    generated = []
    while len(generated) != max_new_tokens and generated[-1:] != [eos_id]:
        generated.append(step(generated))
    return generated
