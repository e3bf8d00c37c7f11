"""What people get wrong about self-attention: the heads, and what happens in each.

B batch, T time, d width, h heads, D = d / h width of a head.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.decoder.attention import AttentionWeights, attention_weights, self_attention
from reference.decoder.misconceptions.attention_parts import (
    attend,
    join,
    output,
    project,
    project_heads,
)
from reference.decoder.softmax import softmax


@misconception(
    replaces=self_attention,
    says="The attention weights are applied the wrong way round.",
    hint="Which axis of the weights, query or key, has to meet the positions of the values?",
    questions=["self-attention.read-a-matrix", "self-attention.order-sub-layer"],
)
def weights_transposed(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = attention_weights(queries, keys).transpose(-2, -1) @ values
    return output(join(mixed), weights)


@misconception(
    replaces=self_attention,
    says="Reshaping to (B, h, T, d/h) splits the heads.",
    hint="With 2 tokens, 2 heads and d = 2: which numbers belong to token 0 after your split?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one token",
)
def split_without_transpose(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    batch, time, _ = x.shape
    queries, keys, values = (
        projected.reshape(batch, n_heads, time, -1) for projected in project(x, weights)
    )
    return attend(queries, keys, values, weights)


@misconception(
    replaces=self_attention,
    says="Head j owns every h-th column, starting with column j.",
    hint="With d = 6 and two heads: which columns does head 0 own in your code?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def heads_interleaved(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = (
        projected.reshape(*x.shape[:-1], -1, n_heads).movedim(-1, -3)  # (B, h, T, D)
        for projected in project(x, weights)
    )
    return attend(queries, keys, values, weights)


@misconception(
    replaces=self_attention,
    says="Reshaping from (B, h, T, d/h) joins the heads.",
    hint="Before two axes are joined into one, which two must stand side by side?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one token",
)
def merge_without_transpose(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values
    return output(mixed.reshape(x.shape), weights)


@misconception(
    replaces=self_attention,
    says="The joined heads take turns column by column.",
    hint="In which column of the joined heads does head 1 begin in your code?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head",
)
def merge_interleaved(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values
    return output(mixed.movedim(-3, -1).flatten(-2), weights)


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
    queries, keys, values = project_heads(x, weights, n_heads)
    shared = attention_weights(queries, keys).mean(dim=-3, keepdim=True)  # (B, 1, T, T)
    return output(join(shared @ values), weights)


@misconception(
    replaces=self_attention,
    says="Heads and batch are joined into one axis in one order and taken apart in another.",
    hint="Compare a batch of two with each of its sequences alone. Do they agree?",
    questions=["self-attention.order-sub-layer"],
    differs_only="with more than one head and more than one sequence",
)
def batch_heads_mixed_up(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = attention_weights(queries, keys) @ values  # (B, h, T, D)
    heads_first = mixed.transpose(0, 1).flatten(0, 1)  # (h B, T, D)
    return output(join(heads_first.reshape(mixed.shape)), weights)


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
    says="I scale the queries, and the attention weights scale the scores once more.",
    hint="Follow one dot product from the projections to softmax. How often is it divided?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def scaled_twice(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    return attend(queries / math.sqrt(queries.shape[-1]), keys, values, weights)


@misconception(
    replaces=self_attention,
    says="I compute the attention weights here, and without a causal mask.",
    hint="Change the last token. Which rows of your result change, and which may?",
    questions=["self-attention.why-causal", "self-attention.no-mask-two-layers"],
)
def no_mask(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = functional.scaled_dot_product_attention(queries, keys, values)
    return output(join(mixed), weights)


@misconception(
    replaces=self_attention,
    says="I compute the attention weights here, and without dividing the scores.",
    hint="How does a typical dot product grow with the width of a head?",
    questions=["self-attention.no-scale", "self-attention.weight-of-one-key"],
)
def no_scale(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = functional.scaled_dot_product_attention(
        queries, keys, values, is_causal=True, scale=1.0
    )
    return output(join(mixed), weights)


@equivalent(replaces=self_attention, says="The heads are computed one after the other.")
def head_by_head(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    heads = [
        attention_weights(queries[:, [j]], keys[:, [j]])[:, 0] @ values[:, j]
        for j in range(n_heads)
    ]
    return output(torch.cat(heads, dim=-1), weights)


@equivalent(replaces=self_attention, says="The library's fused attention is called.")
def library_call(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    mixed = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
    return output(join(mixed), weights)


@equivalent(
    replaces=self_attention,
    says="Positions come one by one; keys and values of earlier ones are kept in a cache.",
)
def with_a_cache(x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    queries, keys, values = project_heads(x, weights, n_heads)
    rows = []
    for t in range(x.shape[-2]):
        scores = queries[:, :, [t]] @ keys[:, :, : t + 1].transpose(-2, -1)
        rows.append(softmax(scores / math.sqrt(queries.shape[-1])) @ values[:, :, : t + 1])
    return output(join(torch.cat(rows, dim=-2)), weights)
