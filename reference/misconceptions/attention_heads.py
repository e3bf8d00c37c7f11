"""What people get wrong about self-attention: projections, biases and heads.

B batch, T time, d width, h heads, D = d / h width of a head.
"""

import math
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional

from reference.attention import AttentionWeights, attention_weights, causal_mask, self_attention
from reference.misconceptions.record import equivalent, misconception
from reference.softmax import softmax

Projected = tuple[Tensor, Tensor, Tensor]  # queries, keys, values


def _projected(x: Tensor, weights: AttentionWeights) -> Projected:
    return (
        x @ weights["query"] + weights["query_bias"],
        x @ weights["key"] + weights["key_bias"],
        x @ weights["value"] + weights["value_bias"],
    )


def _split(x: Tensor, n_heads: int) -> Tensor:
    return x.unflatten(-1, (n_heads, -1)).transpose(-3, -2)  # (B, h, T, D)


def _merged(mixed: Tensor) -> Tensor:
    return mixed.transpose(-3, -2).flatten(-2)  # (B, T, d)


def _output(joined: Tensor, weights: AttentionWeights) -> Tensor:
    return joined @ weights["output"] + weights["output_bias"]


def _headed(x: Tensor, weights: AttentionWeights, n_heads: int) -> Projected:
    queries, keys, values = _projected(x, weights)
    return _split(queries, n_heads), _split(keys, n_heads), _split(values, n_heads)


def _attended(queries: Tensor, keys: Tensor, values: Tensor, weights: AttentionWeights) -> Tensor:
    """The rest of the sub-layer, from the heads' queries, keys and values (B, h, T, D)."""
    return _output(_merged(attention_weights(queries, keys) @ values), weights)


def _with(weights: AttentionWeights, **replaced: Tensor) -> AttentionWeights:
    return cast(AttentionWeights, {**weights, **replaced})


def _without(weights: AttentionWeights, *biases: str) -> AttentionWeights:
    held = cast("dict[str, Tensor]", weights)
    return _with(weights, **{bias: torch.zeros_like(held[bias]) for bias in biases})


@misconception(
    replaces=self_attention,
    says="The attention weights are applied the wrong way round.",
    hint="Which axis of the weights, query or key, has to meet the positions of the values?",
    questions=["self-attention.read-a-matrix", "self-attention.order-sub-layer"],
)
def weights_transposed(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = attention_weights(queries, keys).transpose(-2, -1) @ values
    return _output(_merged(mixed), weights)


@misconception(
    replaces=self_attention,
    says="The input is multiplied by the transposed weight matrices.",
    hint="Feed a vector with a single 1. Which row or column of the matrix should come out?",
    questions=["self-attention.order-sub-layer"],
)
def projection_transposed(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    turned = {name: weights[name].T for name in ("query", "key", "value", "output")}
    return self_attention(x, _with(weights, **turned), n_heads)


@misconception(
    replaces=self_attention,
    says="The joined heads are multiplied by the transposed output matrix.",
    hint="Do you apply all four matrices in the same way?",
    questions=["self-attention.order-sub-layer"],
)
def output_transposed(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, _with(weights, output=weights["output"].T), n_heads)


@misconception(
    replaces=self_attention,
    says="The roles of queries and keys are exchanged.",
    hint="Row t of the scores belongs to token t. Is it the query or the key of token t?",
    questions=["self-attention.order-sub-layer", "kv-cache.why-no-queries"],
)
def queries_keys_swapped(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    return _attended(keys, queries, values, weights)


@misconception(
    replaces=self_attention,
    says="The scores use the values, and the keys are summed.",
    hint="Which of the three projections decides where to look, and which one what is taken?",
    questions=["self-attention.order-sub-layer", "kv-cache.why-no-queries"],
)
def keys_values_swapped(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    return _attended(queries, values, keys, weights)


@misconception(
    replaces=self_attention,
    says="The scores use the values in place of the queries, and the queries are summed.",
    hint="Which of the three projections asks, which one answers, and which one is averaged?",
    questions=["self-attention.order-sub-layer", "kv-cache.why-no-queries"],
)
def queries_values_swapped(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    return _attended(values, keys, queries, weights)


@misconception(
    replaces=self_attention,
    says="Queries and keys come from the same projection.",
    hint="Change the key matrix. Does your result change?",
    questions=["kv-cache.why-no-queries"],
)
def shared_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, _, values = _headed(x, weights, n_heads)
    return _attended(queries, queries, values, weights)


@misconception(
    replaces=self_attention,
    says="Queries, keys and values all come from the query projection.",
    hint="Change the key matrix, then the value matrix. Does your result change?",
    questions=["kv-cache.why-no-queries", "kv-cache.size"],
)
def one_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, _, _ = _headed(x, weights, n_heads)
    return _attended(queries, queries, queries, weights)


@misconception(
    replaces=self_attention,
    says="The input itself is averaged, without a value projection.",
    hint="Change the value matrix. Does your result change?",
    questions=["self-attention.order-sub-layer"],
)
def no_value_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, _ = _headed(x, weights, n_heads)
    return _attended(queries, keys, _split(x, n_heads), weights)


@misconception(
    replaces=self_attention,
    says="The query projection needs no bias.",
    hint="Feed zeros. What should the queries be then?",
    questions=["self-attention.no-key-bias"],
)
def no_query_bias(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, _without(weights, "query_bias"), n_heads)


@misconception(
    replaces=self_attention,
    says="The value projection needs no bias.",
    hint="Feed zeros. What should the values be then?",
    questions=["self-attention.no-key-bias"],
)
def no_value_bias(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, _without(weights, "value_bias"), n_heads)


@misconception(
    replaces=self_attention,
    says="The output projection needs no bias.",
    hint="Feed zeros and set the value bias to 0. What should come out?",
    questions=["self-attention.no-key-bias"],
)
def no_output_bias(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, _without(weights, "output_bias"), n_heads)


@misconception(
    replaces=self_attention,
    says="None of the four projections needs a bias.",
    hint="What does your function give for an input of zeros?",
    questions=["self-attention.no-key-bias"],
)
def no_biases(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    none = _without(weights, "query_bias", "key_bias", "value_bias", "output_bias")
    return self_attention(x, none, n_heads)


@misconception(
    replaces=self_attention,
    says="Reshaping to (B, h, T, d/h) splits the heads.",
    hint="With 2 tokens, 2 heads and d = 2, write down which numbers belong to token 0.",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one token",
)
def split_without_transpose(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    batch, time, _ = x.shape
    queries, keys, values = (
        projected.reshape(batch, n_heads, time, -1) for projected in _projected(x, weights)
    )
    return _attended(queries, keys, values, weights)


@misconception(
    replaces=self_attention,
    says="Head j owns every h-th column, starting with column j.",
    hint="With d = 6 and two heads: which columns does head 0 own in your code?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def heads_interleaved(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = (
        projected.unflatten(-1, (-1, n_heads)).movedim(-1, -3)  # (B, h, T, D)
        for projected in _projected(x, weights)
    )
    return _attended(queries, keys, values, weights)


@misconception(
    replaces=self_attention,
    says="Reshaping from (B, h, T, d/h) joins the heads.",
    hint="Before two axes are joined into one, which two must stand side by side?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one token",
)
def merge_without_transpose(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values
    return _output(mixed.reshape(x.shape), weights)


@misconception(
    replaces=self_attention,
    says="The joined heads take turns column by column.",
    hint="In which column of the joined heads does head 1 begin in your code?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def merge_interleaved(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values
    return _output(mixed.movedim(-3, -1).flatten(-2), weights)


@misconception(
    replaces=self_attention,
    says="All heads together form one head of width d.",
    hint="How many matrices of attention weights does one sequence have in your code?",
    questions=["self-attention.weight-of-one-key"],
    differs_only="with more than one head",
)
def one_big_head(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, weights, 1)


@misconception(
    replaces=self_attention,
    says="The heads' attention weights are averaged, and all heads use the mean.",
    hint="How many different patterns of attention does your layer have?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def heads_share_mean_weights(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    shared = attention_weights(queries, keys).mean(dim=-3, keepdim=True)  # (B, 1, T, T)
    return _output(_merged(shared @ values), weights)


@misconception(
    replaces=self_attention,
    says="Heads and batch are joined into one axis in one order and taken apart in another.",
    hint="Compare a batch of two with each of its sequences alone. Do they agree?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one sequence",
)
def batch_heads_mixed_up(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values  # (B, h, T, D)
    heads_first = mixed.transpose(0, 1).flatten(0, 1)  # (h B, T, D)
    return _output(_merged(heads_first.reshape(mixed.shape)), weights)


@misconception(
    replaces=self_attention,
    says="The first axis of the input is time and the second one the batch.",
    hint="Change one sequence of the batch. Do the results of the others change?",
    questions=["self-attention.which-stage-mixes"],
)
def time_first(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x.transpose(0, 1), weights, n_heads).transpose(0, 1)


@misconception(
    replaces=self_attention,
    says="The joined heads are the result, without a projection.",
    hint="Which of the four matrices does your code never touch?",
    questions=["self-attention.order-sub-layer"],
)
def no_output_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    return _merged(attention_weights(queries, keys) @ values)


@misconception(
    replaces=self_attention,
    says="The input is added to the result within self-attention.",
    hint="Set the output matrix and its bias to zero. What should come out?",
    questions=["transformer-block.order-pre-norm", "transformer-block.no-residual"],
)
def adds_residual(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return x + self_attention(x, weights, n_heads)


@misconception(
    replaces=self_attention,
    says="I scale the queries, and the attention weights scale the scores once more.",
    hint="Follow one dot product from the projections to softmax. How often is it divided?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def scaled_twice(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    return _attended(queries / math.sqrt(queries.shape[-1]), keys, values, weights)


@misconception(
    replaces=self_attention,
    says="I compute the attention weights here, and without a causal mask.",
    hint="Change the last token. Which rows of your result change, and which may?",
    questions=["self-attention.why-causal", "self-attention.no-mask-two-layers"],
)
def no_mask(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = functional.scaled_dot_product_attention(queries, keys, values)
    return _output(_merged(mixed), weights)


@misconception(
    replaces=self_attention,
    says="I compute the attention weights here, and without dividing the scores.",
    hint="How does a typical dot product grow with the width of a head?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def no_scale(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = functional.scaled_dot_product_attention(
        queries, keys, values, is_causal=True, scale=1.0
    )
    return _output(_merged(mixed), weights)


@misconception(
    replaces=self_attention,
    says="I put my fused weights into the caller's dict.",
    hint="Print the names in the dict of weights before and after the call.",
    questions=["self-attention.order-sub-layer"],
    differs_only="in the weights after the call",
)
def changes_its_input(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    held = cast("dict[str, Any]", weights)
    held["fused"] = torch.cat([weights["query"], weights["key"], weights["value"]], dim=-1)
    return self_attention(x, weights, n_heads)


@equivalent(replaces=self_attention, says="One matrix holds the three projections side by side.")
def fused_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    fused = torch.cat([weights["query"], weights["key"], weights["value"]], dim=-1)
    biases = torch.cat([weights["query_bias"], weights["key_bias"], weights["value_bias"]])
    queries, keys, values = (
        _split(part, n_heads) for part in (x @ fused + biases).chunk(3, dim=-1)
    )
    return _attended(queries, keys, values, weights)


@equivalent(
    replaces=self_attention,
    says="The key bias is left out: it adds the same number to all scores of a query.",
)
def no_key_bias(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, _without(weights, "key_bias"), n_heads)


@equivalent(replaces=self_attention, says="The heads are computed one after the other.")
def head_by_head(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    heads = [
        attention_weights(queries[:, [j]], keys[:, [j]])[:, 0] @ values[:, j]
        for j in range(n_heads)
    ]
    return _output(torch.cat(heads, dim=-1), weights)


@equivalent(
    replaces=self_attention,
    says="Each head has its own rows of the output matrix, and the results are added.",
)
def output_summed_over_heads(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values
    rows = weights["output"].unflatten(0, (n_heads, -1))  # (h, D, d)
    return (mixed @ rows).sum(dim=-3) + weights["output_bias"]


@equivalent(replaces=self_attention, says="The library's fused attention is called.")
def library_call(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    mixed = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
    return _output(_merged(mixed), weights)


@equivalent(
    replaces=self_attention,
    says="Positions come one by one; keys and values of earlier ones are kept in a cache.",
)
def with_a_cache(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = _headed(x, weights, n_heads)
    rows = []
    for t in range(x.shape[-2]):
        scores = queries[:, :, [t]] @ keys[:, :, : t + 1].transpose(-2, -1)
        rows.append(softmax(scores / math.sqrt(queries.shape[-1])) @ values[:, :, : t + 1])
    return _output(_merged(torch.cat(rows, dim=-2)), weights)


# `library_call` trusts the library to mask as this model does.
assert causal_mask(2).tolist() == [[True, False], [True, True]]
