"""Named axes: einsum for every product, a boolean mask, one-hot rows for the embedding."""

import torch


def step_input(prompt, generated, context_length):
    every = [*prompt, *generated]
    return every[len(every) - context_length :] if len(every) > context_length else every


def embed(token_ids, token_embedding, position_embedding):
    one_hot = torch.nn.functional.one_hot(token_ids, len(token_embedding)).to(token_embedding)
    tokens = torch.einsum("btv,vd->btd", one_hot, token_embedding)
    return tokens + position_embedding[None, : token_ids.shape[1]]


def layer_norm(x, gain, bias, eps=1e-5):
    centred = x - torch.einsum("...d->...", x)[..., None] / x.shape[-1]
    variance = torch.einsum("...d,...d->...", centred, centred)[..., None] / x.shape[-1]
    return torch.einsum("...d,d->...d", centred * (variance + eps).rsqrt(), gain) + bias


def softmax(logits):
    return (logits - logits.logsumexp(dim=-1, keepdim=True)).exp()


def attention_weights(queries, keys):
    scores = torch.einsum("bhqc,bhkc->bhqk", queries * queries.shape[-1] ** -0.5, keys)
    position = torch.arange(scores.shape[-1])
    visible = position[:, None] >= position[None, :]
    return softmax(torch.where(visible, scores, -torch.inf))


def self_attention(x, weights, n_heads):
    def heads(name):
        matrix = weights[name].unflatten(1, (n_heads, -1))  # (d, h, d/h)
        bias = weights[f"{name}_bias"].unflatten(0, (n_heads, 1, -1))
        return torch.einsum("btd,dhc->bhtc", x, matrix) + bias

    pattern = attention_weights(heads("query"), heads("key"))
    mixed = torch.einsum("bhqk,bhkc->bhqc", pattern, heads("value"))
    output = weights["output"].unflatten(0, (n_heads, -1))  # (h, d/h, d)
    return torch.einsum("bhqc,hcd->bqd", mixed, output) + weights["output_bias"]


def feed_forward(x, weights):
    a = torch.einsum("btd,df->btf", x, weights["inner"]) + weights["inner_bias"]
    a = torch.nn.functional.gelu(a, approximate="tanh")
    return torch.einsum("btf,fd->btd", a, weights["outer"]) + weights["outer_bias"]


def decoder_layer(x, weights, n_heads, eps=1e-5):
    for part, function in (
        ("attention", lambda n: self_attention(n, weights["attention"], n_heads)),
        ("feed_forward", lambda n: feed_forward(n, weights["feed_forward"])),
    ):
        gain, bias = weights[f"{part}_norm_gain"], weights[f"{part}_norm_bias"]
        x = x + function(layer_norm(x, gain, bias, eps))
    return x


def decoder_stack(x, layers, n_heads, eps=1e-5):
    if not layers:
        return x
    return decoder_stack(decoder_layer(x, layers[0], n_heads, eps), layers[1:], n_heads, eps)


def output_logits(hidden, gain, bias, eps, output_weight):
    return torch.einsum("btd,dv->btv", layer_norm(hidden, gain, bias, eps), output_weight)


def next_token_distribution(logits, temperature, top_k=None, top_p=None):
    if temperature == 0:
        best = logits == logits.amax(dim=-1, keepdim=True)
        return best.to(logits.dtype)
    scaled = logits / temperature
    better = scaled[:, None, :] > scaled[:, :, None]  # [b, i, j]: token j is better than token i
    kept = torch.ones_like(scaled, dtype=torch.bool)
    if top_k is not None:
        kept = better.sum(dim=-1) < top_k
    distribution = softmax(torch.where(kept, scaled, -torch.inf))
    if top_p is None:
        return distribution
    mass_of_better = torch.einsum("bij,bj->bi", better.to(distribution), distribution)
    kept = kept & (mass_of_better < top_p)
    distribution = torch.where(kept, distribution, 0.0)
    return distribution / distribution.sum(dim=-1, keepdim=True)


def select_token(distribution, u=None):
    if u is None:
        return max(range(len(distribution)), key=distribution.__getitem__)
    ends = torch.cumsum(distribution.double(), dim=0)
    least = ends[-1].nextafter(torch.zeros_like(ends[-1]))  # u lies below the whole sum
    return int(torch.searchsorted(ends, least.clamp(max=u), right=True))


def sequence_log_probability(logits, token_ids):
    chosen = torch.nn.functional.one_hot(token_ids, logits.shape[-1]).to(logits)
    return torch.einsum("tv,tv->", torch.log_softmax(logits, dim=-1), chosen)


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    for _ in range(max_new_tokens):
        hidden = stages.embed(torch.tensor([step_input(prompt, generated, context_length)]))
        for layer in stages.layers:
            hidden = layer(hidden)
        generated.append(stages.select(stages.softmax(stages.output(hidden)[0, -1])))
        if generated[-1] == eos_id:
            return generated
    return generated
