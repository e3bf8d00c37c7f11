"""What people get wrong about self-attention: the projections and their biases.

B batch, T time, d width, h heads, D = d / h width of a head.
"""

from typing import Any, cast

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.attention import AttentionWeights, attention_weights, self_attention
from reference.decoder.misconceptions.attention_parts import attend, join, project_heads, split


def _with(weights: AttentionWeights, **replaced: Tensor) -> AttentionWeights:
    return cast(AttentionWeights, {**weights, **replaced})


def _without(weights: AttentionWeights, *biases: str) -> AttentionWeights:
    held = cast("dict[str, Tensor]", weights)
    return _with(weights, **{bias: torch.zeros_like(held[bias]) for bias in biases})


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
    queries, keys, values = project_heads(x, weights, n_heads)
    return attend(keys, queries, values, weights)


@misconception(
    replaces=self_attention,
    says="The scores use the values, and the keys are summed.",
    hint="Which of the three projections decides where to look, and which one what is taken?",
    questions=["self-attention.order-sub-layer", "kv-cache.why-no-queries"],
)
def keys_values_swapped(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    return attend(queries, values, keys, weights)


@misconception(
    replaces=self_attention,
    says="The scores use the values in place of the queries, and the queries are summed.",
    hint="Which of the three projections asks, which one answers, and which one is averaged?",
    questions=["self-attention.order-sub-layer", "kv-cache.why-no-queries"],
)
def queries_values_swapped(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    return attend(values, keys, queries, weights)


@misconception(
    replaces=self_attention,
    says="The values come from the projection of the keys.",
    hint="Change the value matrix. Does your result change?",
    questions=["self-attention.order-sub-layer"],
)
def values_from_keys(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    taken = _with(weights, value=weights["key"], value_bias=weights["key_bias"])
    return self_attention(x, taken, n_heads)


@misconception(
    replaces=self_attention,
    says="Queries and keys come from the same projection.",
    hint="Change the key matrix. Does your result change?",
    questions=["kv-cache.why-no-queries"],
)
def shared_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, _, values = project_heads(x, weights, n_heads)
    return attend(queries, queries, values, weights)


@misconception(
    replaces=self_attention,
    says="Queries, keys and values all come from the query projection.",
    hint="Change the key matrix, then the value matrix. Does your result change?",
    questions=["kv-cache.why-no-queries", "kv-cache.size"],
)
def one_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, _, _ = project_heads(x, weights, n_heads)
    return attend(queries, queries, queries, weights)


@misconception(
    replaces=self_attention,
    says="The input itself is averaged, without a value projection.",
    hint="Change the value matrix. Does your result change?",
    questions=["self-attention.order-sub-layer"],
)
def no_value_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, _ = project_heads(x, weights, n_heads)
    return attend(queries, keys, split(x, n_heads), weights)


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
    says="The output bias is added once for each head.",
    hint="Let the output matrix be zero. What is your result for two heads?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def output_bias_by_head(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    more = _with(weights, output_bias=n_heads * weights["output_bias"])
    return self_attention(x, more, n_heads)


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
    says="The joined heads are the result, without a projection.",
    hint="Which of the four matrices does your code never touch?",
    questions=["self-attention.order-sub-layer"],
)
def no_output_projection(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    return join(attention_weights(queries, keys) @ values)


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
    says="I put my fused weights into the caller's dict.",
    hint="Which names are in the dict of weights before the call, and which after it?",
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
    queries, keys, values = (split(part, n_heads) for part in (x @ fused + biases).chunk(3, dim=-1))
    return attend(queries, keys, values, weights)


@equivalent(
    replaces=self_attention,
    says="The key bias is left out: it adds the same number to all scores of a query.",
)
def no_key_bias(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    return self_attention(x, _without(weights, "key_bias"), n_heads)


@equivalent(
    replaces=self_attention,
    says="Each head has its own rows of the output matrix, and the results are added.",
)
def output_summed_over_heads(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values
    rows = weights["output"].reshape(n_heads, -1, x.shape[-1])  # (h, D, d)
    return (mixed @ rows).sum(dim=-3) + weights["output_bias"]
