"""Self-attention in parts: projections, heads, scores, and how the heads are joined.

B batch, T time, d width, h heads, D = d / h width of a head.
"""

import math

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.attention import AttentionWeights
from reference.decoder.misconceptions.attention_parts import join, split
from reference.decoder.misconceptions.pairs.attention_weights import masked, products, scaled
from reference.decoder.softmax import softmax


def in_parts(part: Parts, x: Tensor, weights: AttentionWeights, n_heads: int) -> Tensor:
    x, n_heads = part["arrange"](x), part["count"](n_heads)
    heads = [part["split"](projected, n_heads) for projected in _projected(part, x, weights)]
    queries, keys, values = part["roles"](*heads, split(x, n_heads))
    mixing = softmax(part["hide"](part["score"](queries, keys)))  # (B, h, T, T)
    joined = part["join"](part["apply"](mixing) @ values, x)
    matrix, bias = part["output_matrix"](weights["output"]), weights["output_bias"]
    projected = part["project"](joined, matrix, part["output_bias"](bias))
    result: Tensor = part["arrange"](part["add"](projected, x))
    return result


def _projected(part: Parts, x: Tensor, weights: AttentionWeights) -> list[Tensor]:
    """Queries, keys and values, each (B, T, d)."""
    matrices = (weights["query"], weights["key"], weights["value"])
    return [
        x @ part["matrix"](matrices[0]) + part["query_bias"](weights["query_bias"]),
        x @ part["matrix"](matrices[1]) + part["key_bias"](weights["key_bias"]),
        x @ part["matrix"](matrices[2]) + part["value_bias"](weights["value_bias"]),
    ]


def _transposed(matrix: Tensor) -> Tensor:
    return matrix.T


def _without_transpose(projected: Tensor, n_heads: int) -> Tensor:
    batch, time, _ = projected.shape
    return projected.reshape(batch, n_heads, time, -1)


def _interleaved(projected: Tensor, n_heads: int) -> Tensor:
    return projected.reshape(*projected.shape[:-1], -1, n_heads).movedim(-1, -3)


def _batch_mixed_up(mixed: Tensor, x: Tensor) -> Tensor:
    return join(mixed.transpose(0, 1).flatten(0, 1).reshape(mixed.shape))


_NO_BIAS = torch.zeros_like

COMPOSITION = Composition(
    in_parts,
    right={
        "arrange": as_is,
        "matrix": as_is,
        "query_bias": as_is,
        "key_bias": as_is,
        "value_bias": as_is,
        "count": as_is,
        "split": split,
        "roles": lambda queries, keys, values, x: (queries, keys, values),
        "score": scaled,
        "hide": masked,
        "apply": as_is,
        "join": lambda mixed, x: join(mixed),
        "output_matrix": as_is,
        "output_bias": as_is,
        "project": lambda joined, matrix, bias: joined @ matrix + bias,
        "add": as_is,
    },
    wrong={
        "projection_transposed": {"matrix": _transposed, "output_matrix": _transposed},
        "output_transposed": {"output_matrix": _transposed},
        "queries_keys_swapped": {"roles": lambda q, k, v, x: (k, q, v)},
        "keys_values_swapped": {"roles": lambda q, k, v, x: (q, v, k)},
        "queries_values_swapped": {"roles": lambda q, k, v, x: (v, k, q)},
        "shared_projection": {"roles": lambda q, k, v, x: (q, q, v)},
        "one_projection": {"roles": lambda q, k, v, x: (q, q, q), "value_bias": as_is},
        "no_value_projection": {"roles": lambda q, k, v, x: (q, k, x), "value_bias": as_is},
        "no_query_bias": {"query_bias": _NO_BIAS},
        "no_value_bias": {"value_bias": _NO_BIAS},
        "no_output_bias": {"output_bias": _NO_BIAS},
        "no_biases": {
            "query_bias": _NO_BIAS,
            "key_bias": _NO_BIAS,
            "value_bias": _NO_BIAS,
            "output_bias": _NO_BIAS,
        },
        "no_output_projection": {"project": as_is, "output_matrix": as_is, "output_bias": as_is},
        "adds_residual": {"add": lambda result, x: x + result},
        "weights_transposed": {"apply": lambda weights: weights.transpose(-2, -1)},
        "heads_share_mean_weights": {"apply": lambda weights: weights.mean(dim=-3, keepdim=True)},
        "split_without_transpose": {"split": _without_transpose},
        "heads_interleaved": {"split": _interleaved},
        "merge_without_transpose": {"join": lambda mixed, x: mixed.reshape(x.shape)},
        "merge_interleaved": {"join": lambda mixed, x: mixed.movedim(-3, -1).flatten(-2)},
        "batch_heads_mixed_up": {"join": _batch_mixed_up},
        "one_big_head": {"count": lambda n_heads: 1},
        "time_first": {"arrange": lambda x: x.transpose(0, 1)},
        "scaled_twice": {"score": lambda q, k: scaled(q / math.sqrt(q.shape[-1]), k)},
        "no_scale": {"score": products},
        "no_mask": {"hide": as_is},
    },
)
