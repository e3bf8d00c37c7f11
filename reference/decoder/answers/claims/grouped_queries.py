"""Claims about grouped-query attention: several query heads share the keys and values of one head.

h query heads, g key-value heads, T time, D width of a head, d width.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention
from reference.decoder.answers.trials import normal


def _served(heads: int, groups: int) -> list[int]:
    """The key-value head of each query head: neighbours share one."""
    return torch.arange(groups).repeat_interleave(heads // groups).tolist()


def _heads(x: Tensor, weight: Tensor, width: int) -> Tensor:
    """(T, d) and (d, n D) to (n, T, D)."""
    return (x @ weight).reshape(len(x), -1, width).transpose(0, 1)


def _grouped(x: Tensor, query: Tensor, key: Tensor, value: Tensor, *, width: int) -> Tensor:
    """The mixed values of each query head, (h, T, D)."""
    queries, keys, values = (_heads(x, weight, width) for weight in (query, key, value))
    served = _served(len(queries), len(keys))
    weights = attention.attention_weights(queries[None], keys[None, served])[0]
    return weights @ values[served]


@claim
def serving_head(
    seed: int, *, query_heads: int = 8, key_heads: int = 4, asked: int = 5
) -> Mapping[str, float]:
    """The key-value head of one query head, found by which head's values can change its result."""
    width, x = 2, normal(seed, 5, 6)
    query = normal(seed + 1, 6, query_heads * width)
    key, value = (normal(seed + n, 6, key_heads * width) for n in (2, 3))
    before = _grouped(x, query, key, value, width=width)[asked]
    found = []
    for head in range(key_heads):
        changed = value.clone()
        changed[:, head * width : (head + 1) * width] += 1
        if not same(_grouped(x, query, key, changed, width=width)[asked], before):
            found.append(head)
    [serving] = found
    return {
        "answer": serving,
        "grouped_queries.dealt_in_turn": asked % key_heads,
        "grouped_queries.own_keys": asked,
    }


@claim
def grouped_cache(
    seed: int, *, query_heads: int = 32, key_heads: int = 8, width: int = 4
) -> Mapping[str, float]:
    """How many times smaller the keys and values are than with a key-value head for each query."""
    x = normal(seed, 3, 6)

    def kept(heads: int) -> int:
        return 2 * _heads(x, normal(seed, 6, heads * width), width).numel()

    return {
        "answer": kept(query_heads) / kept(key_heads),
        "grouped_queries.one_key_head": kept(query_heads) / kept(1),
        "grouped_queries.keys_alone_shrink": kept(query_heads)
        / (kept(key_heads) / 2 + kept(query_heads) / 2),
        "grouped_queries.queries_shrink": 1,
    }


@claim
def grouped_shapes(seed: int, *, query_heads: int = 6, key_heads: int = 2) -> Mapping[str, bool]:
    """Grouped-query attention, beside multi-head attention with the same width of a head.

    matrices: There is one matrix of attention weights for each of the 6 query heads, and in general
        all of them differ.
    key-columns: The key projection has a third of the columns of the query projection.
    mixed: The heads' results put side by side are narrower than with multi-head attention.
    shared: Query heads with the same key-value head give the same result.
    """
    width, x = 2, normal(seed, 4, 12)
    query = normal(seed + 1, 12, query_heads * width)
    key, value = (normal(seed + n, 12, key_heads * width) for n in (2, 3))
    full = [normal(seed + n, 12, query_heads * width) for n in (4, 5)]
    grouped = _grouped(x, query, key, value, width=width)
    multi = _grouped(x, query, *full, width=width)
    served = _served(query_heads, key_heads)
    queries, keys = _heads(x, query, width), _heads(x, key, width)
    weights = attention.attention_weights(queries[None], keys[None, served])[0]
    pairs = [(a, b) for a in range(query_heads) for b in range(a)]
    return {
        "matrices": len(weights) == query_heads
        and not any(same(weights[a], weights[b]) for a, b in pairs),
        "key-columns": 3 * key.shape[1] == query.shape[1],
        "mixed": grouped.transpose(0, 1).flatten(1).shape != multi.transpose(0, 1).flatten(1).shape,
        "shared": all(same(grouped[a], grouped[b]) for a, b in pairs if served[a] == served[b]),
    }


@claim
def grouped_is_multi_head(seed: int) -> bool:
    """The key and value columns of each group are copied for its heads: is the result the same?"""
    width, x = 2, normal(seed, 4, 12)
    query, key, value = (normal(seed + n, 12, size * width) for n, size in ((1, 6), (2, 2), (3, 2)))
    columns = [head * width + place for head in _served(6, 2) for place in range(width)]
    copied = _grouped(x, query, key[:, columns], value[:, columns], width=width)
    return same(copied, _grouped(x, query, key, value, width=width))
