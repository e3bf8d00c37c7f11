"""The parts of right self-attention, from which the wrong versions are put together.

B batch, T time, d width, h heads, D = d / h width of a head.
"""

from torch import Tensor

from reference.decoder.attention import AttentionWeights, attention_weights

Projected = tuple[Tensor, Tensor, Tensor]  # queries, keys, values


def project(x: Tensor, weights: AttentionWeights) -> Projected:
    return (
        x @ weights["query"] + weights["query_bias"],
        x @ weights["key"] + weights["key_bias"],
        x @ weights["value"] + weights["value_bias"],
    )


def split(x: Tensor, n_heads: int) -> Tensor:
    return x.reshape(*x.shape[:-1], n_heads, -1).transpose(-3, -2)  # (B, h, T, D)


def join(mixed: Tensor) -> Tensor:
    return mixed.transpose(-3, -2).flatten(-2)  # (B, T, d)


def output(joined: Tensor, weights: AttentionWeights) -> Tensor:
    return joined @ weights["output"] + weights["output_bias"]


def project_heads(x: Tensor, weights: AttentionWeights, n_heads: int) -> Projected:
    queries, keys, values = project(x, weights)
    return split(queries, n_heads), split(keys, n_heads), split(values, n_heads)


def attend(queries: Tensor, keys: Tensor, values: Tensor, weights: AttentionWeights) -> Tensor:
    """The rest of the sub-layer, from the heads' queries, keys and values (B, h, T, D)."""
    return output(join(attention_weights(queries, keys) @ values), weights)
