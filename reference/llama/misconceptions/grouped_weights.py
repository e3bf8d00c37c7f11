"""What people get wrong about grouped attention: mask, softmax and mixture."""

import math

from torch import Tensor

from grader.subject.misconception import misconception
from reference.llama.grouped_attention import grouped_attention
from reference.llama.misconceptions.grouped_parts import wrong


@misconception(
    replaces=grouped_attention,
    says="Each query may use all keys, later ones too.",
    hint="Change the last key. Which rows of your result change, and which may?",
    questions=["self-attention.why-causal", "llama-family.keys-of-new-queries"],
    differs_only="with more than one query",
)
def no_mask(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("no_mask", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Query 0 sees key 0 alone, also where keys of earlier tokens stand before it.",
    hint="With 2 queries and 5 keys, how many keys may the last query see?",
    questions=["llama-family.keys-of-new-queries"],
    differs_only="with more keys than queries",
)
def mask_from_upper_left(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_from_upper_left", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="With keys of earlier tokens no mask is needed.",
    hint="With 2 queries and 5 keys, may the first query see the last key?",
    questions=["llama-family.keys-of-new-queries"],
    differs_only="with more keys than queries and more than one query",
)
def mask_if_square_only(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_if_square_only", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Queries see the keys that came with them, and not those of earlier tokens.",
    hint="With 1 query and 5 keys, how many keys does it see?",
    questions=["llama-family.keys-of-new-queries"],
    differs_only="with more keys than queries",
)
def past_hidden(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("past_hidden", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="A token must not attend to itself.",
    hint="Which keys are left for the very first token?",
    questions=["global-attention.visible-pairs", "llama-family.keys-of-new-queries"],
)
def mask_strict(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_strict", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The mask lets each query see the key right after its own.",
    hint="Change the key right after that of the first query. May its result change?",
    questions=["diagnosis.future-leak", "llama-family.keys-of-new-queries"],
    differs_only="with more than one query",
)
def mask_one_late(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_one_late", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The mask hides the earlier keys and shows the later ones.",
    hint="Which single key may the first of all tokens see?",
    questions=["self-attention.read-a-matrix", "diagnosis.future-leak"],
    differs_only="with more than one key",
)
def mask_turned_round(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_turned_round", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="A score of 0 means no attention.",
    hint="What is exp(0), compared with the exponentials of the other scores?",
    questions=["diagnosis.equal-future-weights", "self-attention.weight-of-one-key"],
    differs_only="with more than one query",
)
def mask_zero_fill(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_zero_fill", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Subtracting 10 from a score hides its key.",
    hint="What is left of a hidden key whose score is larger than the others by 20?",
    questions=["self-attention.mask-after-softmax", "diagnosis.equal-future-weights"],
    differs_only="with more than one query",
)
def mask_small_penalty(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_small_penalty", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Setting weights to zero after softmax hides the later keys.",
    hint="Sum the weights of the first query. Who took the rest?",
    questions=["self-attention.mask-after-softmax", "self-attention.order-sub-layer"],
    differs_only="with more than one query",
)
def mask_after_softmax(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("mask_after_softmax", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Softmax runs over the queries, so that each key hands out one unit.",
    hint="Sum your weights over each axis. Which sum is 1, and which should be?",
    questions=["self-attention.read-a-matrix"],
)
def softmax_over_queries(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("softmax_over_queries", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Softmax runs over the query heads.",
    hint="Sum your weights over each axis. Which sum is 1, and which should be?",
    questions=["self-attention.read-a-matrix"],
)
def softmax_over_heads(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("softmax_over_heads", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="All weights of a head together sum to one.",
    hint="How much of the values does one query hand out in total?",
    questions=["self-attention.read-a-matrix"],
    differs_only="with more than one query",
)
def softmax_over_both_axes(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("softmax_over_both_axes", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The masked and scaled scores are the weights.",
    hint="Can one of your weights be negative? What do they add up to?",
    questions=["self-attention.order-sub-layer", "self-attention.read-a-matrix"],
)
def no_softmax(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("no_softmax", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The exponential can be taken without subtracting the largest score first.",
    hint="What is exp(1000) in float32?",
    questions=["output-and-softmax.add-seven"],
    differs_only="with scores of about 88 or more",
)
def softmax_unstable(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("softmax_unstable", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The key with the largest score gets all of the attention.",
    hint="Change a key that does not have the largest score by a little. May the result change?",
    questions=["self-attention.weight-of-one-key"],
    differs_only="with more than one key",
)
def largest_takes_all(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("largest_takes_all", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Each value is handed to the queries by the column of its key.",
    hint="Row i of the weights belongs to query i. Which axis of them meets the values?",
    questions=["self-attention.read-a-matrix"],
    differs_only="with more than one query",
)
def weights_transposed(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("weights_transposed", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="The weights average the keys.",
    hint="Change the values. Does your result change?",
    questions=["self-attention.order-sub-layer"],
)
def keys_for_values(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return wrong("keys_for_values", queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="I scale the queries in place and change the caller's array.",
    hint="Print the queries before and after the call. Are they the same?",
    questions=["self-attention.order-sub-layer"],
    differs_only="in the queries after the call",
)
def changes_its_input(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    result = grouped_attention(queries, keys, values)
    queries /= 2 * math.sqrt(queries.shape[-1])
    return result
