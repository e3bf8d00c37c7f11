"""What people get wrong about the attention weights: scale, mask and softmax.

B batch, h heads, T time, D width of a head.
"""

import math

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.attention import attention_weights, causal_mask
from reference.decoder.softmax import softmax


def _products(queries: Tensor, keys: Tensor) -> Tensor:
    return queries @ keys.transpose(-2, -1)  # (B, h, T, T)


def _scores(queries: Tensor, keys: Tensor) -> Tensor:
    return _products(queries, keys) / math.sqrt(queries.shape[-1])


def _visible(scores: Tensor) -> Tensor:
    return causal_mask(scores.shape[-1])


def _masked(scores: Tensor) -> Tensor:
    return scores.masked_fill(~_visible(scores), -math.inf)


def _scaled_by(factor: float, queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_masked(_products(queries, keys) * factor))


@misconception(
    replaces=attention_weights,
    says="The scores need no division before softmax.",
    hint="How does a typical dot product grow with the number of components?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def no_scale(queries: Tensor, keys: Tensor) -> Tensor:
    return _scaled_by(1.0, queries, keys)


@misconception(
    replaces=attention_weights,
    says="The scores are divided by the square root of d, not of d/h.",
    hint="Over how many components does one of your dot products run?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
    differs_only="with more than one head",
)
def scale_by_model_width(queries: Tensor, keys: Tensor) -> Tensor:
    d = queries.shape[-3] * queries.shape[-1]
    return _scaled_by(1 / math.sqrt(d), queries, keys)


@misconception(
    replaces=attention_weights,
    says="The scores are divided by the head width itself.",
    hint="By how much does the spread of a sum grow when it has four times as many terms?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
)
def scale_without_root(queries: Tensor, keys: Tensor) -> Tensor:
    return _scaled_by(1 / queries.shape[-1], queries, keys)


@misconception(
    replaces=attention_weights,
    says="The scores are multiplied by the square root of the head width.",
    hint="Should the scores become larger or smaller when the heads are wider?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def scale_multiplied(queries: Tensor, keys: Tensor) -> Tensor:
    return _scaled_by(math.sqrt(queries.shape[-1]), queries, keys)


@misconception(
    replaces=attention_weights,
    says="The scores are divided by the square root of the number of tokens.",
    hint="Cut off the last token. Which of the earlier weights should change?",
    questions=["self-attention.weight-of-one-key", "self-attention.no-scale"],
)
def scale_by_length(queries: Tensor, keys: Tensor) -> Tensor:
    return _scaled_by(1 / math.sqrt(queries.shape[-2]), queries, keys)


@misconception(
    replaces=attention_weights,
    says="The weights are divided by the square root of the head width, after softmax.",
    hint="What do the weights of one query add up to?",
    questions=["self-attention.order-sub-layer", "self-attention.no-scale"],
)
def scale_after_softmax(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_masked(_products(queries, keys))) / math.sqrt(queries.shape[-1])


@misconception(
    replaces=attention_weights,
    says="The scores are cosines: queries and keys are brought to length 1 first.",
    hint="Make one key ten times as long. Should its weights change?",
    questions=["self-attention.weight-of-one-key"],
)
def cosine_scores(queries: Tensor, keys: Tensor) -> Tensor:
    lengths = queries.norm(dim=-1).unsqueeze(-1) * keys.norm(dim=-1).unsqueeze(-2)
    return softmax(_masked(_products(queries, keys) / lengths))


@misconception(
    replaces=attention_weights,
    says="Rows belong to the keys and columns to the queries.",
    hint="Change one query only. Which row or column of your result changes?",
    questions=["self-attention.read-a-matrix", "self-attention.order-sub-layer"],
)
def roles_swapped(queries: Tensor, keys: Tensor) -> Tensor:
    return attention_weights(keys, queries)


@misconception(
    replaces=attention_weights,
    says="Each query may use all keys, later ones too.",
    hint="Change the last key. Which rows of your result change, and which may?",
    questions=["self-attention.why-causal", "self-attention.no-mask-two-layers"],
)
def no_mask(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_scores(queries, keys))


@misconception(
    replaces=attention_weights,
    says="The mask hides the earlier keys and shows the later ones.",
    hint="Print row 0 of the weights. How many entries of it may differ from 0?",
    questions=["self-attention.read-a-matrix", "diagnosis.future-leak"],
)
def mask_transposed(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(~_visible(scores).T, -math.inf))


@misconception(
    replaces=attention_weights,
    says="True and false are exchanged: exactly the visible keys are hidden.",
    hint="What does your masking function do where the mask is true: keep or replace?",
    questions=["self-attention.read-a-matrix", "self-attention.why-causal"],
)
def mask_inverted(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(_visible(scores), -math.inf))


@misconception(
    replaces=attention_weights,
    says="A token must not attend to itself.",
    hint="Which keys are left for the very first token?",
    questions=["global-attention.visible-pairs", "diagrams.decode-arrows"],
)
def mask_strict(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(~_visible(scores).tril(-1), -math.inf))


@misconception(
    replaces=attention_weights,
    says="The mask lets each query see the key right after it.",
    hint="How many keys may the first token see? Count them in row 0.",
    questions=["diagnosis.future-leak", "global-attention.visible-pairs"],
)
def mask_one_late(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    visible = torch.ones_like(scores, dtype=torch.bool).tril(1)
    return softmax(scores.masked_fill(~visible, -math.inf))


@misconception(
    replaces=attention_weights,
    says="A score of 0 means no attention.",
    hint="What is exp(0), compared with the exponentials of the other scores?",
    questions=["diagnosis.equal-future-weights", "self-attention.weight-of-one-key"],
)
def mask_zero_fill(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_scores(queries, keys).tril())


@misconception(
    replaces=attention_weights,
    says="A fill value of 1e-9 hides a key.",
    hint="Write the fill value as a decimal number. Is it far below the other scores?",
    questions=["diagnosis.equal-future-weights"],
)
def mask_tiny_fill(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(~_visible(scores), 1e-9))


@misconception(
    replaces=attention_weights,
    says="Subtracting 10 from a score hides its key.",
    hint="What is left of a hidden key whose score is larger than the others by 20?",
    questions=["self-attention.mask-after-softmax", "diagnosis.equal-future-weights"],
)
def mask_small_penalty(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(torch.where(_visible(scores), scores, scores - 10))


@misconception(
    replaces=attention_weights,
    says="A fill value of -100 is below every real score.",
    hint="How large, or how negative, can a dot product of long vectors be?",
    questions=["diagnosis.equal-future-weights"],
    differs_only="with scores that reach -100",
)
def mask_fill_too_small(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(~_visible(scores), -100.0))


@misconception(
    replaces=attention_weights,
    says="The mask is a triangle of ones, which is added to the scores.",
    hint="By which factor does adding 1 to a score change its share? And adding 0?",
    questions=["diagnosis.equal-future-weights", "self-attention.why-causal"],
)
def mask_adds_ones(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores + torch.ones_like(scores).tril())


@misconception(
    replaces=attention_weights,
    says="Later keys get a score of plus infinity.",
    hint="What is exp of the score of a hidden key, and what should it be?",
    questions=["diagnosis.equal-future-weights", "diagnosis.nan-spreads"],
)
def mask_plus_infinity(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(~_visible(scores), math.inf))


@misconception(
    replaces=attention_weights,
    says="I multiply the triangle of zeros and ones by minus infinity and add it to the scores.",
    hint="Print the array that you add. What stands in it where the key is visible?",
    questions=["diagnosis.nan-spreads"],
)
def mask_times_infinity(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores + torch.ones_like(scores).triu(1) * -math.inf)


@misconception(
    replaces=attention_weights,
    says="I turn an integer mask around with ~, which gives -1 and -2: both are true.",
    hint="Print ~mask. Which of its entries count as false?",
    questions=["self-attention.order-sub-layer"],
)
def mask_bitwise_not(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    visible = torch.ones_like(scores, dtype=torch.long).tril()
    return softmax(scores.masked_fill((~visible).bool(), -1e9))


@misconception(
    replaces=attention_weights,
    says="Setting weights to zero after softmax hides the later keys.",
    hint="Sum the weights of the first query. Who took the rest?",
    questions=["self-attention.mask-after-softmax", "self-attention.order-sub-layer"],
)
def mask_after_softmax(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_scores(queries, keys)).tril()


@misconception(
    replaces=attention_weights,
    says="Softmax runs over the queries, so the columns sum to one.",
    hint="Sum your weights over each axis. Which sum is 1, and which should be?",
    questions=["self-attention.read-a-matrix"],
)
def softmax_over_queries(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_masked(_scores(queries, keys)).transpose(-2, -1)).transpose(-2, -1)


@misconception(
    replaces=attention_weights,
    says="Softmax runs over the heads.",
    hint="Sum your weights over each axis. Which sum is 1, and which should be?",
    questions=["self-attention.read-a-matrix"],
)
def softmax_over_heads(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_masked(_scores(queries, keys)).transpose(-3, -1)).transpose(-3, -1)


@misconception(
    replaces=attention_weights,
    says="All weights of a head together sum to one.",
    hint="How much of the values does one query hand out in total?",
    questions=["self-attention.read-a-matrix"],
)
def softmax_over_both_axes(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _masked(_scores(queries, keys))
    return softmax(scores.flatten(-2)).reshape(scores.shape)


@misconception(
    replaces=attention_weights,
    says="The masked and scaled scores are the weights.",
    hint="Can one of your weights be negative? What do they add up to?",
    questions=["self-attention.order-sub-layer", "self-attention.read-a-matrix"],
)
def no_softmax(queries: Tensor, keys: Tensor) -> Tensor:
    return _masked(_scores(queries, keys))


@misconception(
    replaces=attention_weights,
    says="All visible keys get the same weight.",
    hint="Change a query. Do its weights change?",
    questions=["self-attention.read-a-matrix", "self-attention.weight-of-one-key"],
)
def uniform(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_masked(torch.zeros_like(_products(queries, keys))))


@misconception(
    replaces=attention_weights,
    says="I scale the queries in place and change the caller's array.",
    hint="Print the queries before and after the call. What will a second call return?",
    questions=["self-attention.order-sub-layer"],
    differs_only="in the queries after the call",
)
def changes_its_input(queries: Tensor, keys: Tensor) -> Tensor:
    queries /= math.sqrt(queries.shape[-1])
    return _scaled_by(1.0, queries, keys)


@equivalent(replaces=attention_weights, says="The queries are scaled before the product.")
def scaled_queries(queries: Tensor, keys: Tensor) -> Tensor:
    return _scaled_by(1.0, queries / math.sqrt(queries.shape[-1]), keys)


@equivalent(replaces=attention_weights, says="The mask comes before the scaling.")
def mask_before_scale(queries: Tensor, keys: Tensor) -> Tensor:
    return softmax(_masked(_products(queries, keys)) / math.sqrt(queries.shape[-1]))


@equivalent(
    replaces=attention_weights,
    says="Later keys get a score of -1e9 instead of minus infinity.",
    where="as long as no real score comes near -1e9",
)
def very_negative_fill(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores.masked_fill(~_visible(scores), -1e9))


@equivalent(
    replaces=attention_weights,
    says="An array with 0 at visible and -1e9 at later keys is added to the scores.",
    where="as long as no real score comes near 1e9",
)
def added_mask(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    return softmax(scores - 1e9 * torch.ones_like(scores).triu(1))


@equivalent(
    replaces=attention_weights,
    says="Weights are set to zero after softmax, and each row is divided by what is left.",
    where="as long as later keys do not take so much that the rest of a row becomes 0",
)
def mask_after_softmax_renormalized(queries: Tensor, keys: Tensor) -> Tensor:
    weights = softmax(_scores(queries, keys)).tril()
    return weights / weights.sum(dim=-1, keepdim=True)


@equivalent(replaces=attention_weights, says="Each row is computed from the keys it may see.")
def row_by_row(queries: Tensor, keys: Tensor) -> Tensor:
    scores = _scores(queries, keys)
    weights = torch.zeros_like(scores)
    for t in range(scores.shape[-2]):
        weights[..., t, : t + 1] = softmax(scores[..., t, : t + 1])
    return weights
