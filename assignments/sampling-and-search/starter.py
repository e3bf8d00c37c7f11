"""Sampling and search: replace each `raise NotImplementedError` by your code.

Letters: B batch, V vocabulary, k drafted tokens, b beams that come in, n beams that go out.
`handout.md` has one section for each function. Check your work with `grader check submission.py`.
"""

# Arrays come as torch tensors if your code imports torch, and as NumPy arrays otherwise.
# To choose yourself, write FRAMEWORK = "torch" or FRAMEWORK = "numpy" here.


def min_p(distribution, threshold):
    """Keep tokens with at least this part of the row's largest probability: (B, V) → (B, V)."""
    raise NotImplementedError


def repetition_penalty(logits, token_ids, penalty):
    """Make logits of tokens that occur smaller: (V,), a list of ints, a number → (V,)."""
    raise NotImplementedError


def acceptance(target, draft):
    """The probability that each drafted token is accepted: (V,) twice → (V,)."""
    raise NotImplementedError


def residual(target, draft):
    """The distribution of what takes a rejected token's place: (V,) twice → (V,)."""
    raise NotImplementedError


def speculative_step(targets, drafts, drafted, uniforms, u):
    """The tokens of one round: (k+1, V), (k, V), k ints, k numbers, a number → a list of ints."""
    raise NotImplementedError


def beam_step(scores, log_probs, finished, n_beams, eos_id):
    """The best continuations: (b,), (b, V), (b,) → parents, tokens, scores, finished, (n,) each."""
    raise NotImplementedError


def beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha):
    """A beam search by the model of the grader → a list of ints, the generated tokens."""
    raise NotImplementedError
