"""Prefill, decode and the KV cache: replace each `raise NotImplementedError` by your code.

Letters: B batch, T new positions, S cached positions, d width, h heads, V vocabulary, L layers.
`handout.md` has one section for each function. Check your work with
`grader check submission.py --assignment kv-cache`.
"""

# Arrays come as torch tensors if your code imports torch, and as NumPy arrays otherwise.
# To choose yourself, write FRAMEWORK = "torch" or FRAMEWORK = "numpy" here.


# These two are ready, for tensors and for arrays. They are not graded; you may take your own.


def layer_norm(x, gain, bias, eps):
    """Normalize over the last axis: (..., d), (d,), (d,) → (..., d)."""
    centred = x - x.mean(-1)[..., None]
    variance = (centred**2).mean(-1)[..., None]
    return gain * centred / (variance + eps) ** 0.5 + bias


def feed_forward(x, weights):
    """Linear map, tanh GELU, linear map: (B, T, d) → (B, T, d)."""
    inner = x @ weights["inner"] + weights["inner_bias"]
    # x · (1 + tanh u) / 2 is x / (1 + exp(-2 u)).
    doubled = 2 * (2 / 3.141592653589793) ** 0.5 * (inner + 0.044715 * inner**3)
    activated = inner / (1 + 2.718281828459045 ** (-doubled))
    return activated @ weights["outer"] + weights["outer_bias"]


def visible(n_past, n_new):
    """The mask of new positions, True = may be seen: → (n_new, n_past + n_new)."""
    raise NotImplementedError


def position_ids(n_past, n_new):
    """The positions of new tokens after cached ones: → n_new ints."""
    raise NotImplementedError


def cached_attention(x, weights, n_heads, past):
    """Causal self-attention of new positions over cached ones and themselves.

    x (B, T, d), past {"keys", "values"}, each (B, h, S, d/h) → (B, T, d), a cache of S + T.
    weights: `query`, `key`, `value`, `output` (d, d), and `query_bias`, `key_bias`,
    `value_bias`, `output_bias` (d,).
    """
    raise NotImplementedError


def cached_layer(x, weights, n_heads, eps, past):
    """One pre-norm decoder layer: (B, T, d), a layer's cache → (B, T, d), its grown cache.

    weights: `attention_norm_gain`, `attention_norm_bias`, `feed_forward_norm_gain`,
    `feed_forward_norm_bias` (d,), `attention` (as in cached_attention), `feed_forward` (as in
    feed_forward).
    """
    raise NotImplementedError


def cached_stack(x, layers, n_heads, eps, cache):
    """All layers in order: (B, T, d), a list of L caches → (B, T, d), a list of L grown caches."""
    raise NotImplementedError


def prefill(token_ids, model):
    """One pass over whole prompts: (B, T) → logits (B, V) of the last position, a cache of T.

    model: `token_embedding` (V, d), `position_embedding` (C, d), `layers` (a list of L layer
    weights), `final_norm_gain`, `final_norm_bias` (d,), `output_weight` (d, V), and the numbers
    `n_heads` and `eps`.
    """
    raise NotImplementedError


def decode(token_ids, cache, model):
    """One pass over one new token a sequence: (B,), a cache of S → logits (B, V), one of S + 1."""
    raise NotImplementedError


def generate_cached(prompt, stages, max_new_tokens, eos_id, context_length):
    """The generated tokens only, EOS included: lists of ints; stages: see the handout."""
    raise NotImplementedError


def truncate(cache, n):
    """The first n positions of every layer: a cache of S → a cache of n."""
    raise NotImplementedError


def batch_prefill(token_ids, lengths, model):
    """Prefill of prompts padded on the left: (B, T), B lengths → logits (B, V), a cache of T."""
    raise NotImplementedError
