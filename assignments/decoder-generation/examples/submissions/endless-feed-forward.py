# Assignment decoder-generation, NumPy version. One head at a time, so that I can print each one.
import numpy as np

FRAMEWORK = "numpy"


def step_input(prompt, generated, context_length):
    joined = list(prompt) + list(generated)
    start = max(0, len(joined) - context_length)
    return joined[start:]


def embed(token_ids, token_embedding, position_embedding):
    n_batch, n_time = token_ids.shape
    hidden = np.empty((n_batch, n_time, token_embedding.shape[1]), dtype=token_embedding.dtype)
    for position in range(n_time):
        tokens = np.take(token_embedding, token_ids[:, position], axis=0)
        hidden[:, position] = tokens + position_embedding[position]
    return hidden


def layer_norm(x, gain, bias, eps):
    centred = x - np.mean(x, axis=-1, keepdims=True)
    variance = np.mean(centred**2, axis=-1, keepdims=True)
    return gain * centred / np.sqrt(variance + eps) + bias


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def attention_weights(queries, keys):
    time, head_width = queries.shape[-2:]
    scores = np.einsum("bhqc,bhkc->bhqk", queries, keys) / np.sqrt(head_width)
    penalty = -1e9 * np.triu(np.ones((time, time)), k=1)
    return softmax(scores + penalty)


def self_attention(x, weights, n_heads):
    head_width = x.shape[-1] // n_heads
    heads = []
    for j in range(n_heads):
        mine = slice(j * head_width, (j + 1) * head_width)
        q = x @ weights["query"][:, mine] + weights["query_bias"][mine]
        k = x @ weights["key"][:, mine] + weights["key_bias"][mine]
        v = x @ weights["value"][:, mine] + weights["value_bias"][mine]
        pattern = attention_weights(q[:, None], k[:, None])[:, 0]
        heads.append(np.einsum("bqk,bkc->bqc", pattern, v))
    return np.concatenate(heads, axis=-1) @ weights["output"] + weights["output_bias"]


def feed_forward(x, weights):
    result = np.empty_like(x)
    t = 0
    while t < x.shape[1]:
        a = x[:, t] @ weights["inner"] + weights["inner_bias"]
        a = 0.5 * a * (1 + np.tanh(np.sqrt(2 / np.pi) * (a + 0.044715 * a**3)))
        result[:, t] = a @ weights["outer"] + weights["outer_bias"]
    return result


def decoder_layer(x, weights, n_heads, eps):
    n = layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)
    a = x + self_attention(n, weights["attention"], n_heads)
    n = layer_norm(a, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps)
    return a + feed_forward(n, weights["feed_forward"])


def decoder_stack(x, layers, n_heads, eps):
    hidden = x
    for k in range(len(layers)):
        hidden = decoder_layer(hidden, layers[k], n_heads, eps)
    return hidden


def output_logits(hidden, gain, bias, eps, output_weight):
    normalized = layer_norm(hidden, gain, bias, eps)
    return np.einsum("btd,dv->btv", normalized, output_weight)


def next_token_distribution(logits, temperature, top_k, top_p):
    n_batch, n_vocabulary = logits.shape
    result = np.zeros((n_batch, n_vocabulary), dtype=np.float32)
    for b in range(n_batch):
        ranking = np.argsort(-logits[b])
        if temperature == 0:
            result[b, ranking[0]] = 1.0
            continue
        if top_k is not None:
            ranking = ranking[:top_k]
        p = softmax(logits[b, ranking] / temperature)
        if top_p is not None:
            size, mass = 0, 0.0
            while mass < top_p and size < len(ranking):
                mass += p[size]
                size += 1
            ranking, p = ranking[:size], p[:size] / mass
        result[b, ranking] = p
    return result


def select_token(distribution, u=None):
    if u is None:
        return int(np.argmax(distribution))
    total, last = 0.0, 0
    for token, probability in enumerate(distribution):
        if probability > 0:
            total += float(probability)
            last = token
        if total > u:
            return token
    return last


def sequence_log_probability(logits, token_ids):
    total = 0.0
    for t, token in enumerate(token_ids):
        row = logits[t]
        highest = row.max()
        total += row[token] - highest - np.log(np.sum(np.exp(row - highest)))
    return float(total)


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens:
        tokens = step_input(prompt, generated, context_length)
        h = stages.embed(tokens)
        for k in range(len(stages.layers)):
            h = stages.layers[k](h)
        last_row = stages.output(h)[-1]
        generated.append(stages.select(stages.softmax(last_row)))
        if generated[-1] == eos_id:
            return generated
    return generated
