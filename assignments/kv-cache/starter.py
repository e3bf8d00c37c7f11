"""Decoder-only generation: replace each `raise NotImplementedError` by your code.

Letters: B batch, T time, C context length, d width, h heads, V vocabulary, f inner width.
`handout.md` has one section for each function. Check your work with `grader check submission.py`.
"""

# Arrays come as torch tensors if your code imports torch, and as NumPy arrays otherwise.
# To choose yourself, write FRAMEWORK = "torch" or FRAMEWORK = "numpy" here.


def step_input(prompt, generated, context_length):
    """The last C tokens of prompt + generated: two lists of ints → a list of ints."""
    raise NotImplementedError


def embed(token_ids, token_embedding, position_embedding):
    """Token embedding + position embedding: (B, T), (V, d), (C, d) → (B, T, d)."""
    raise NotImplementedError


def layer_norm(x, gain, bias, eps):
    """Normalize over the last axis: (..., d), (d,), (d,) → (..., d)."""
    raise NotImplementedError


def softmax(logits):
    """A stable softmax over the last axis: (..., V) → (..., V)."""
    raise NotImplementedError


def attention_weights(queries, keys):
    """Scaled, causal, softmax over the keys: (B, h, T, d/h) twice → (B, h, T, T)."""
    raise NotImplementedError


def self_attention(x, weights, n_heads):
    """Multi-head causal self-attention: (B, T, d) → (B, T, d).

    weights: `query`, `key`, `value`, `output` (d, d), and `query_bias`, `key_bias`,
    `value_bias`, `output_bias` (d,).
    """
    raise NotImplementedError


def feed_forward(x, weights):
    """Linear map, tanh GELU, linear map: (B, T, d) → (B, T, d).

    weights: `inner` (d, f), `inner_bias` (f,), `outer` (f, d), `outer_bias` (d,).
    """
    raise NotImplementedError


def decoder_layer(x, weights, n_heads, eps):
    """One pre-norm decoder layer: (B, T, d) → (B, T, d).

    weights: `attention_norm_gain`, `attention_norm_bias`, `feed_forward_norm_gain`,
    `feed_forward_norm_bias` (d,), `attention` (as in self_attention), `feed_forward` (as in
    feed_forward).
    """
    raise NotImplementedError


def decoder_stack(x, layers, n_heads, eps):
    """All decoder layers in order: (B, T, d) → (B, T, d). layers: a list of layer weights."""
    raise NotImplementedError


def output_logits(hidden, gain, bias, eps, output_weight):
    """Final normalization, then the linear map: (B, T, d), (d,), (d,), eps, (d, V) → (B, T, V)."""
    raise NotImplementedError


def next_token_distribution(logits, temperature, top_k, top_p):
    """Temperature, then top-k, then top-p (None: off): (B, V) → (B, V)."""
    raise NotImplementedError


def select_token(distribution, u=None):
    """Arg max if u is None, else inverse CDF at u in vocabulary order: (V,) → an int."""
    raise NotImplementedError


def sequence_log_probability(logits, token_ids):
    """The sum of log Pr(token_ids[t]) by row t of the logits: (T, V), (T,) → a number."""
    raise NotImplementedError


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    """The generated tokens only, EOS included: lists of ints; stages: see the handout."""
    raise NotImplementedError
