"""Claims about rotary positions: who turns, by how much, and what of it reaches the logits."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.llama.answers.trials import SIZES, normal, small_llama, versions, wrong
from reference.llama.attention_sublayer import llama_attention, split_heads
from reference.llama.decoder_layer import llama_layer
from reference.llama.grouped_attention import grouped_attention
from reference.llama.rotation import rotate

_CONFIG = SIZES.settings


@claim
def rotated_entry(seed: int, *, position: int = 1, base: float = 100) -> Mapping[str, float]:
    """The third entry of (1, 0, 0, 0), turned at this position."""
    x = torch.tensor([1.0, 0, 0, 0]).double().reshape(1, 1, 1, 4)
    places = torch.tensor([[position]])
    turned = versions(rotate, "neighbours_paired", "turned_backwards", "sine_for_cosine")
    return {name: float(turn(x, places, base)[..., 2]) for name, turn in turned.items()}


@claim
def angle_of_a_pair(
    seed: int, *, width: int = 8, base: float = 10_000, pair: int = 2, position: int = 50
) -> Mapping[str, float]:
    """The angle by which one pair turns at a position, from its speed at position 1."""
    x = torch.zeros(1, 1, 1, width, dtype=torch.float64)
    x[..., pair] = 1
    found = {}
    turned = versions(
        rotate,
        "exponent_not_doubled",
        "exponent_doubled_twice",
        "exponent_from_one",
        "one_speed",
    )
    for name, turn in turned.items():
        # So small a part of a position that no pair comes round.
        little = 1e-3
        part = turn(x, torch.tensor([[little]], dtype=torch.float64), base)[0, 0, 0]
        angle = math.atan2(float(part[pair + width // 2]), float(part[pair]))
        found[name] = angle / little * position
    return found


@claim
def rotation_changes_lengths(seed: int) -> bool:
    """Random vectors are turned: is one of them longer or shorter than before?"""
    x, places = normal(seed, 2, 3, 5, 8), torch.arange(10).reshape(2, 5) * 3 + seed
    return not same(rotate(x, places, 100.0).norm(dim=-1), x.norm(dim=-1))


def _logits(seed: int, positions: Tensor) -> Tensor:
    """The final hidden states of six tokens at these positions."""
    model = small_llama(seed)
    hidden = model["token_embedding"][torch.arange(6) + seed % 5][None]
    for weights in model["layers"]:
        hidden = llama_layer(hidden, weights, positions, _CONFIG)
    return hidden


@claim
def all_later(seed: int, *, later: int = 7) -> Mapping[str, bool]:
    """Two layers on six tokens at positions 0 to 5, and at positions 7 to 12.

    same: All final hidden states stay the same.
    all: All final hidden states change.
    last: The last final hidden state changes, and no other one.
    first: The first final hidden state changes, and no other one.
    """
    positions = torch.arange(6)[None]
    before, after = _logits(seed, positions)[0], _logits(seed, positions + later)[0]
    changed = {t for t in range(6) if not same(before[t], after[t])}
    return {
        "same": not changed,
        "all": changed == set(range(6)),
        "last": changed == {5},
        "first": changed == {0},
    }


@claim
def gap_or_renumbered(seed: int) -> Mapping[str, bool]:
    """Six tokens at positions 0, 1, 2, 6, 7, 8, and the same ones at positions 0 to 5.

    behind: The final hidden states of the first three tokens are equal, and those of the last three
        differ.
    same: All final hidden states are equal.
    all: All final hidden states differ.
    fourth: The final hidden state of the fourth token differs, and no other one.
    """
    gap = torch.tensor([[0, 1, 2, 6, 7, 8]])
    before, after = _logits(seed, torch.arange(6)[None])[0], _logits(seed, gap)[0]
    changed = {t for t in range(6) if not same(before[t], after[t])}
    return {
        "behind": changed == {3, 4, 5},
        "same": not changed,
        "all": changed == set(range(6)),
        "fourth": changed == {3},
    }


@claim
def what_is_rotated(seed: int) -> Mapping[str, bool]:
    """The attention sub-layer, beside versions that turn other vectors.

    queries: The sub-layer gives what it gives where the queries are turned, too, and something else
        where they are not.
    keys: The sub-layer gives what it gives where the keys are turned, too, and something else where
        they are not.
    values: The sub-layer gives what it gives where the values are turned, too.
    states: The sub-layer gives what it gives where the hidden states are turned before they are
        projected.
    """
    x, places = normal(seed, 1, 5, 24), torch.arange(5)[None]
    weights = small_llama(seed)["layers"][0]["attention"]
    right = llama_attention(x, weights, places, _CONFIG)

    def as_with(name: str) -> bool:
        return same(wrong(f"llama_attention.{name}")(x, weights, places, _CONFIG), right)

    return {
        "queries": not as_with("keys_alone_rotated") and not as_with("no_rotation"),
        "keys": not as_with("queries_alone_rotated") and not as_with("no_rotation"),
        "values": as_with("values_rotated_too"),
        "states": as_with("states_rotated"),
    }


@claim
def other_pairs(seed: int) -> Mapping[str, bool]:
    """Attention with neighbours paired in the place of halves, with and without other columns.

    rearranged: It gives the same if the columns of each head of the query and key projections are
        rearranged alike, and something else if they stay as they are.
    same: It gives the same with the same weights.
    values: It gives the same if the columns of the query, key and value projections are rearranged.
    never: It gives something else, also if the columns of the query and key projections are
        rearranged.
    """
    x, places = normal(seed, 1, 5, 24), torch.arange(5)[None]
    weights = small_llama(seed)["layers"][0]["attention"]
    right = llama_attention(x, weights, places, _CONFIG)
    turn = wrong("rotate.neighbours_paired")

    def attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        h, g, base = _CONFIG["n_heads"], _CONFIG["n_groups"], _CONFIG["base"]
        queries = turn(split_heads(x @ query, h), places, base)
        keys = turn(split_heads(x @ key, g), places, base)
        mixed = grouped_attention(queries, keys, split_heads(x @ value, g))
        return mixed.transpose(1, 2).flatten(-2) @ weights["output"]

    query, key, value = weights["query"], weights["key"], weights["value"]
    plain = same(attended(query, key, value), right)
    both = same(attended(_zipped(query), _zipped(key), value), right)
    return {
        "rearranged": both and not plain,
        "same": plain,
        "values": same(attended(_zipped(query), _zipped(key), _zipped(value)), right),
        "never": not both,
    }


def _zipped(matrix: Tensor) -> Tensor:
    """In each head, column i + D/2 comes right behind column i."""
    width = SIZES.width // SIZES.n_heads
    heads = matrix.reshape(len(matrix), -1, 2, width // 2)
    return heads.transpose(-2, -1).reshape(matrix.shape)


@claim
def rows_and_heads(seed: int, *, rows: int = 2, heads: int = 2) -> Mapping[str, bool]:
    """Angles (B, T, D/2) on vectors (B, n, T, D) without an axis for the heads, with B = n = 2.

    silent: It gives an answer of the right shape, in which head j turns by the positions of row j.
    error: It raises an error.
    right: It gives the right answer.
    first: In its answer all rows turn by the positions of the first one.
    """
    x, places = normal(seed, rows, heads, 5, 4), torch.arange(rows * 5).reshape(rows, 5) * 2
    right = rotate(x, places, 100.0)
    try:
        came = wrong("rotate.rows_taken_for_heads")(x, places, 100.0)
    except RuntimeError:
        return {"silent": False, "error": True, "right": False, "first": False}
    by_head = torch.stack(
        [rotate(x[:, [j]], places[[j]].expand(rows, 5), 100.0)[:, 0] for j in range(heads)], dim=1
    )
    by_first = rotate(x, places[:1].expand(rows, 5), 100.0)
    return {
        "silent": came.shape == x.shape and same(came, by_head),
        "error": False,
        "right": same(came, right),
        "first": same(came, by_first),
    }
