"""The rotation in parts, and what each mistake has in their place.

B batch, n heads, T time, D width of a head.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

Halves = tuple[Tensor, Tensor]


def in_parts(part: Mapping[str, Any], x: Tensor, positions: Tensor, base: float) -> Tensor:
    places = part["positions"](positions)  # (B, T)
    speeds = part["speeds"](part["base"](base), x)  # (D/2,)
    angles = part["angles"](places, speeds, x).to(x.dtype)  # (B, 1, T, D/2)
    cos, sin = part["functions"](angles)
    result: Tensor = part["join"](*part["turn"](*part["split"](x), cos, sin))
    return result


def wrong(name: str, x: Tensor, positions: Tensor, base: float) -> Tensor:
    """The stage with one mistake."""
    return in_parts({**RIGHT, **WRONG[name]}, x, positions, base)


def _as_is(value: Any, *_: object) -> Any:
    return value


def _pairs(x: Tensor) -> Tensor:
    """The numbers of the pairs of a head: 0 to D/2 - 1."""
    return torch.arange(x.shape[-1] // 2, dtype=torch.float64)


def _speeds(base: float, x: Tensor) -> Tensor:
    return base ** (-2 * _pairs(x) / x.shape[-1])


def _of_tokens(places: Tensor, speeds: Tensor, x: Tensor) -> Tensor:
    return places.double()[:, None, :, None] * speeds


def _turned(first: Tensor, second: Tensor, cos: Tensor, sin: Tensor) -> Halves:
    return first * cos - second * sin, second * cos + first * sin


def _overwritten(first: Tensor, second: Tensor, cos: Tensor, sin: Tensor) -> Halves:
    first = first * cos - second * sin
    return first, second * cos + first * sin


def _halves(x: Tensor) -> Halves:
    first, second = x.chunk(2, dim=-1)
    return first, second


def _neighbours(x: Tensor) -> Halves:
    return x[..., 0::2], x[..., 1::2]


def _side_by_side(first: Tensor, second: Tensor) -> Tensor:
    return torch.cat([first, second], dim=-1)


def _in_turn(first: Tensor, second: Tensor) -> Tensor:
    return torch.stack([first, second], dim=-1).flatten(-2)


def _by_axis(axis: int) -> Mapping[str, Any]:
    """Angles that follow from the place on another axis than time."""

    def angles(places: Tensor, speeds: Tensor, x: Tensor) -> Tensor:
        counted = torch.arange(x.shape[axis], dtype=torch.float64)
        shape = [-1 if number == axis else 1 for number in range(3)]
        return counted.reshape(shape)[..., None] * speeds

    return {"angles": angles, "positions": _as_is}


def _counted(positions: Tensor) -> Tensor:
    return torch.arange(positions.shape[-1]).expand(positions.shape)


RIGHT: Mapping[str, Any] = {
    "positions": _as_is,
    "base": _as_is,
    "speeds": _speeds,
    "angles": _of_tokens,
    "functions": lambda angles: (angles.cos(), angles.sin()),
    "split": _halves,
    "turn": _turned,
    "join": _side_by_side,
}

WRONG: Mapping[str, Mapping[str, Any]] = {
    "neighbours_paired": {"split": _neighbours, "join": _in_turn},
    "pairs_written_in_halves": {"split": _neighbours},
    "turned_backwards": {"functions": lambda angles: (angles.cos(), -angles.sin())},
    "sine_for_cosine": {"functions": lambda angles: (angles.sin(), angles.cos())},
    "minus_missing": {"turn": lambda a, b, cos, sin: (a * cos + b * sin, b * cos + a * sin)},
    "cosine_alone": {"turn": lambda a, b, cos, sin: (a * cos, b * cos)},
    "second_half_as_it_was": {"turn": lambda a, b, cos, sin: (a * cos - b * sin, b + 0 * a)},
    "first_half_overwritten": {"turn": _overwritten},
    "waves_added": {"turn": lambda a, b, cos, sin: (a + sin, b + cos)},
    "positions_ignored": {"positions": _counted},
    "positions_start_at_one": {"positions": lambda places: places + 1},
    "positions_from_first": {"positions": lambda places: places - places[:, :1]},
    "positions_reversed": {"positions": lambda places: places.flip(-1)},
    "one_row_for_all": {"positions": lambda places: places[:1].expand(places.shape)},
    "last_position_for_all": {"positions": lambda places: places[:, -1:].expand(places.shape)},
    "rows_taken_for_heads": {
        "angles": lambda places, speeds, x: places.double()[..., None] * speeds
    },
    "heads_as_positions": _by_axis(1),
    "rows_as_positions": _by_axis(0),
    "exponent_not_doubled": {"speeds": lambda base, x: base ** (-_pairs(x) / x.shape[-1])},
    "exponent_doubled_twice": {"speeds": lambda base, x: base ** (-4 * _pairs(x) / x.shape[-1])},
    "exponent_from_one": {"speeds": lambda base, x: base ** (-2 * (_pairs(x) + 1) / x.shape[-1])},
    "exponent_positive": {"speeds": lambda base, x: base ** (2 * _pairs(x) / x.shape[-1])},
    "exponent_by_all_heads": {
        "speeds": lambda base, x: base ** (-2 * _pairs(x) / (x.shape[1] * x.shape[-1]))
    },
    "one_speed": {"speeds": lambda base, x: torch.ones_like(_pairs(x)), "base": _as_is},
    "base_fixed": {"base": lambda base: 10_000.0},
}
