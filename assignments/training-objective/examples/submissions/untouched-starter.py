"""Training a decoder-only Transformer: replace each `raise NotImplementedError` by your code.

Letters: B batch, T time, C context length, V vocabulary, N tokens of a text, K parts of a batch.
`handout.md` has one section for each function. Check your work with `grader check submission.py`.
"""

# Arrays come as torch tensors if your code imports torch, and as NumPy arrays otherwise.
# To choose yourself, write FRAMEWORK = "torch" or FRAMEWORK = "numpy" here.


def batch_at(data, starts, context_length):
    """Rows of a text and their targets: (N,) ids, a list of B ints, C → two (B, C)."""
    raise NotImplementedError


def shift_targets(token_ids):
    """Inputs and targets: (B, T) ids → two (B, T-1)."""
    raise NotImplementedError


def mask_targets(targets, prompt_lengths, lengths, ignore_index):
    """Prompt and padding are ignored: (B, T) ids, two lists of B ints, a negative int → (B, T)."""
    raise NotImplementedError


def cross_entropy(logits, targets, ignore_index):
    """The mean loss of all counted targets: (B, T, V), (B, T) → a number."""
    raise NotImplementedError


def cross_entropy_gradient(logits, targets, ignore_index):
    """The derivative of that loss in each logit: (B, T, V), (B, T) → (B, T, V)."""
    raise NotImplementedError


def perplexity(logits, targets, ignore_index):
    """The exponential of the mean loss: (B, T, V), (B, T) → a number."""
    raise NotImplementedError


def accumulate(gradients, counts):
    """The gradient of a batch from those of its parts: K arrays of one shape, K ints → one."""
    raise NotImplementedError


def clip_by_global_norm(gradients, max_norm):
    """All gradients by one factor, no longer than max_norm: a list of arrays → such a list."""
    raise NotImplementedError


def adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay):
    """One step of AdamW: arrays of one shape and settings → the new weight, m and v."""
    raise NotImplementedError


def learning_rate(step, max_rate, min_rate, warmup_steps, total_steps):
    """A warm-up on a line, then half a cosine: the rate of a step, a number."""
    raise NotImplementedError


def train_step(batches, stages, max_norm, ignore_index):
    """One training step on K parts by the stages of the grader → the mean loss of the batch."""
    raise NotImplementedError
