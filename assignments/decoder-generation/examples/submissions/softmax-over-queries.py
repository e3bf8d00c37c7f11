import torch


def step_input(prompt, generated, context_length):
    tokens = list(prompt)
    tokens.extend(generated)
    return tokens[-context_length:]


def embed(token_ids, token_embedding, position_embedding):
    T = token_ids.shape[1]
    tok = torch.nn.functional.embedding(token_ids, token_embedding)
    pos = position_embedding[:T].unsqueeze(0)
    return tok + pos


def layer_norm(x, gain, bias, eps):
    mu = x.mean(-1, keepdim=True)
    var = ((x - mu) ** 2).mean(-1, keepdim=True)
    return gain * ((x - mu) * torch.rsqrt(var + eps)) + bias


def softmax(logits):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    e = shifted.exp()
    return e / e.sum(dim=-1, keepdim=True)


def attention_weights(queries, keys):
    T, head_width = queries.shape[-2], queries.shape[-1]
    allowed = torch.tril(torch.ones(T, T)).bool()
    scores = torch.matmul(queries, keys.mT) * head_width**-0.5
    scores = torch.where(allowed, scores, torch.tensor(float("-inf")))
    return torch.softmax(scores, dim=-2)


def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).permute(0, 2, 1, 3)


def self_attention(x, weights, n_heads):
    B, T, d = x.shape
    q = split_heads(x @ weights["query"] + weights["query_bias"], n_heads)
    k = split_heads(x @ weights["key"] + weights["key_bias"], n_heads)
    v = split_heads(x @ weights["value"] + weights["value_bias"], n_heads)
    att = attention_weights(q, k)
    out = torch.matmul(att, v)  # (B, h, T, d/h)
    out = out.permute(0, 2, 1, 3).contiguous().view(B, T, d)
    return out @ weights["output"] + weights["output_bias"]


def gelu(x):
    c = (2 / torch.pi) ** 0.5
    return 0.5 * x * (1 + torch.tanh(c * (x + 0.044715 * x * x * x)))


def feed_forward(x, weights):
    h = gelu(x @ weights["inner"] + weights["inner_bias"])
    return h @ weights["outer"] + weights["outer_bias"]


def decoder_layer(x, weights, n_heads, eps):
    attention_input = layer_norm(
        x, gain=weights["attention_norm_gain"], bias=weights["attention_norm_bias"], eps=eps
    )
    x = x + self_attention(attention_input, weights["attention"], n_heads=n_heads)
    feed_forward_input = layer_norm(
        x, gain=weights["feed_forward_norm_gain"], bias=weights["feed_forward_norm_bias"], eps=eps
    )
    x = x + feed_forward(feed_forward_input, weights["feed_forward"])
    return x


def decoder_stack(x, layers, n_heads, eps):
    for i, layer in enumerate(layers):
        x = decoder_layer(x, layer, n_heads=n_heads, eps=eps)
        print("layer", i, "mean", x.mean().item())  # debugging, remove later
    return x


def output_logits(hidden, gain, bias, eps, output_weight):
    final = layer_norm(hidden, gain=gain, bias=bias, eps=eps)
    return torch.einsum("btd,dv->btv", final, output_weight)


def next_token_distribution(logits, temperature, top_k, top_p):
    B, V = logits.shape
    if temperature == 0:
        out = torch.zeros(B, V)
        out[torch.arange(B), logits.argmax(-1)] = 1.0
        return out
    probs = softmax(logits / temperature)
    order = probs.argsort(dim=-1, descending=True)
    rows = []
    for b in range(B):
        keep = order[b]
        if top_k is not None:
            keep = keep[:top_k]
        p = probs[b, keep] / probs[b, keep].sum()
        if top_p is not None:
            reached = torch.cumsum(p, dim=0) >= top_p
            n = int(reached.int().argmax()) + 1 if reached.any() else len(keep)
            keep = keep[:n]
            p = p[:n] / p[:n].sum()
        row = torch.zeros(V)
        row[keep] = p
        rows.append(row)
    return torch.stack(rows)


def select_token(distribution, u=None):
    if u is None:
        return torch.argmax(distribution).item()
    cdf = torch.cumsum(distribution.double(), dim=0)
    cdf = cdf / cdf[-1]
    return torch.searchsorted(cdf, torch.tensor(u, dtype=torch.float64), right=True).item()


def sequence_log_probability(logits, token_ids):
    T = len(token_ids)
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
    return log_probs[torch.arange(T), token_ids].sum().item()


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    for step in range(max_new_tokens):
        ids = step_input(prompt, generated, context_length)
        h = stages.embed(ids)
        for layer in stages.layers:
            h = layer(h)
        logits = stages.output(h)
        probs = stages.softmax(logits[-1, :])
        token = stages.select(probs)
        print(f"step {step}: {ids} -> {token}")
        generated.append(token)
        if token == eos_id:
            break
    return generated
