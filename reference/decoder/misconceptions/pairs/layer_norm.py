"""Layer normalization in parts: axes, eps, what is divided by what, gain and bias."""

import math

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is


def in_parts(part: Parts, x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    axes = part["axes"](x)
    centred = x - x.mean(dim=axes, keepdim=True)
    variance = part["variance"](centred, x, axes)
    divided = part["numerator"](centred, x) / part["root"](variance, part["eps"](eps))
    result: Tensor = part["affine"](divided, gain, bias)
    return result


def _mean_square(centred: Tensor, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    return centred.square().mean(dim=axes, keepdim=True)


def _unbiased(centred: Tensor, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    count = math.prod(x.shape[axis] for axis in axes)
    return centred.square().sum(dim=axes, keepdim=True) / (count - 1)


def _root(variance: Tensor, eps: float) -> Tensor:
    return torch.sqrt(variance + eps)


def _root_plus_eps(variance: Tensor, eps: float) -> Tensor:
    return variance.sqrt() + eps


COMPOSITION = Composition(
    in_parts,
    right={
        "axes": lambda x: (-1,),
        "numerator": as_is,
        "variance": _mean_square,
        "eps": as_is,
        "root": _root,
        "affine": lambda divided, gain, bias: divided * gain + bias,
    },
    wrong={
        "unbiased_variance": {"variance": _unbiased},
        "unbiased_deviation_plus_eps": {"variance": _unbiased, "root": _root_plus_eps},
        "eps_missing": {"eps": lambda eps: 0.0},
        "eps_outside_root": {"root": _root_plus_eps},
        "eps_fixed": {"eps": lambda eps: 1e-5},
        "eps_fixed_small": {"eps": lambda eps: 1e-6},
        "eps_as_minimum": {"root": lambda variance, eps: variance.clamp(min=eps).sqrt()},
        "variance_not_root": {"root": lambda variance, eps: variance + eps},
        "sum_of_squares": {
            "variance": lambda centred, x, axes: centred.square().sum(dim=axes, keepdim=True)
        },
        "over_time": {"axes": lambda x: (-2,)},
        "over_sequence": {"axes": lambda x: (-2, -1)},
        "over_batch": {"axes": lambda x: (0,)},
        "over_everything": {"axes": lambda x: tuple(range(x.dim()))},
        "no_affine": {"affine": as_is},
        "no_bias": {"affine": lambda divided, gain, bias: divided * gain},
        "gain_plus_one": {"affine": lambda divided, gain, bias: divided * (1 + gain) + bias},
        "bias_before_gain": {"affine": lambda divided, gain, bias: (divided + bias) * gain},
        "no_centring": {"numerator": lambda centred, x: x},
        "root_mean_square": {
            "numerator": lambda centred, x: x,
            "variance": lambda centred, x, axes: x.square().mean(dim=axes, keepdim=True),
        },
        "only_centred": {
            "root": lambda variance, eps: 1.0,
            "variance": _mean_square,
            "eps": as_is,
        },
    },
)
