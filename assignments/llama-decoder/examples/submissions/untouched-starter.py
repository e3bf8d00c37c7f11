"""A decoder of the Llama family: replace each `raise NotImplementedError` by your code.

Letters: B batch, T time, d width, h query heads, g groups, D = d/h width of a head, V vocabulary,
f inner width. `handout.md` has one section for each function. Check your work with
`grader check submission.py`.
"""

# Arrays come as torch tensors if your code imports torch, and as NumPy arrays otherwise.
# To choose yourself, write FRAMEWORK = "torch" or FRAMEWORK = "numpy" here.


def rms_norm(x, gain, eps):
    """Divide by the root mean square over the last axis, and scale: (..., d), (d,) → (..., d)."""
    raise NotImplementedError


def rotate(x, positions, base):
    """Turn pairs (i, i + D/2) by position · base^(-2i/D): (B, n, T, D), (B, T) → (B, n, T, D)."""
    raise NotImplementedError


def grouped_attention(queries, keys, values):
    """Causal attention, head j by group j·g//h: (B, h, T, D), (B, g, S, D) twice → (B, h, T, D).

    The queries are those of the last T of the S positions.
    """
    raise NotImplementedError


def llama_attention(x, weights, positions, config):
    """Project, rotate queries and keys, attend, join, project: (B, T, d), (B, T) → (B, T, d).

    weights: `query` and `output` (d, d), `key` and `value` (d, g·D).
    config: `n_heads`, `n_groups`, `base`, `eps`.
    """
    raise NotImplementedError


def swiglu(x, gate, up, down):
    """SiLU of one map gates another: (..., d), (d, f), (d, f), (f, d) → (..., d)."""
    raise NotImplementedError


def llama_layer(x, weights, positions, config):
    """One pre-norm decoder layer: (B, T, d), (B, T) → (B, T, d).

    weights: `attention_norm_gain` and `feed_forward_norm_gain` (d,), `attention` (as in
    llama_attention), `feed_forward` with `gate`, `up` and `down` (as in swiglu).
    """
    raise NotImplementedError


def llama_stack(x, layers, positions, config):
    """All decoder layers in order: (B, T, d) → (B, T, d). layers: a list of layer weights."""
    raise NotImplementedError


def llama_logits(token_ids, model, config):
    """The whole model, positions counted from 0: (B, T) → (B, T, V).

    model: `token_embedding` (V, d), `layers` (as in llama_stack), `final_norm_gain` (d,),
    `output_weight` (d, V).
    """
    raise NotImplementedError


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    """The generated tokens only, EOS included: lists of ints; stages: see the handout."""
    raise NotImplementedError
