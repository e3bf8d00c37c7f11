"""Root mean square normalization in parts, and what each mistake has in their place."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

Axes = tuple[int, ...]


def in_parts(part: Mapping[str, Any], x: Tensor, gain: Tensor, eps: float) -> Tensor:
    x = part["take"](x, gain)
    mean_square = part["mean_square"](x, part["axes"](x))
    divided = part["numerator"](x) / part["root"](mean_square, part["eps"](eps))
    result: Tensor = part["scale"](divided, gain)
    return result


def wrong(name: str, x: Tensor, gain: Tensor, eps: float) -> Tensor:
    """The stage with one mistake."""
    return in_parts({**RIGHT, **WRONG[name]}, x, gain, eps)


def _as_is(value: Any, *_: object) -> Any:
    return value


def _mean_square(x: Tensor, axes: Axes) -> Tensor:
    return x.square().mean(dim=axes, keepdim=True)


def _root(mean_square: Tensor, eps: float) -> Tensor:
    return torch.sqrt(mean_square + eps)


def _centred(x: Tensor, *_: object) -> Tensor:
    return x - x.mean(dim=-1, keepdim=True)


def _sum_over(x: Tensor, axes: Axes, *, less: int) -> Tensor:
    return x.square().sum(dim=axes, keepdim=True) / less


def _over(axes: Callable[[Tensor], Axes]) -> Mapping[str, Any]:
    return {"axes": axes}


RIGHT: Mapping[str, Any] = {
    "take": _as_is,
    "axes": lambda x: (-1,),
    "mean_square": _mean_square,
    "numerator": _as_is,
    "eps": _as_is,
    "root": _root,
    "scale": lambda divided, gain: divided * gain,
}

WRONG: Mapping[str, Mapping[str, Any]] = {
    "centred": {"take": _centred},
    "divided_by_deviation": {"mean_square": lambda x, axes: _mean_square(_centred(x), axes)},
    "centred_above_only": {"numerator": _centred},
    "sum_of_squares": {"mean_square": lambda x, axes: _sum_over(x, axes, less=1)},
    "divided_by_one_less": {
        "mean_square": lambda x, axes: _sum_over(x, axes, less=max(1, x.shape[-1] - 1))
    },
    "mean_magnitude": {
        "mean_square": lambda x, axes: x.abs().mean(dim=axes, keepdim=True).square()
    },
    "largest_magnitude": {
        "mean_square": lambda x, axes: x.abs().amax(dim=axes, keepdim=True).square()
    },
    "no_root": {"root": lambda mean_square, eps: mean_square + eps},
    "eps_outside_root": {"root": lambda mean_square, eps: mean_square.sqrt() + eps},
    "eps_as_minimum": {"root": lambda mean_square, eps: mean_square.clamp(min=eps).sqrt()},
    "eps_missing": {"eps": lambda eps: 0.0},
    "eps_fixed": {"eps": lambda eps: 1e-5},
    "eps_fixed_small": {"eps": lambda eps: 1e-6},
    "over_time": _over(lambda x: (-2,)),
    "over_sequence": _over(lambda x: (-2, -1)),
    "over_batch": _over(lambda x: (0,)),
    "over_everything": _over(lambda x: tuple(range(x.dim()))),
    "no_gain": {"scale": _as_is},
    "one_plus_gain": {"scale": lambda divided, gain: divided * (1 + gain)},
    "gain_before": {"take": lambda x, gain: x * gain, "scale": _as_is},
    "gain_added": {"scale": lambda divided, gain: divided + gain},
    "not_divided": {
        "root": lambda mean_square, eps: 1.0,
        "mean_square": _mean_square,
        "eps": _as_is,
    },
}
