"""The feed-forward network in parts: the activation, its places, both biases."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.feed_forward import FeedForwardWeights, gelu
from reference.decoder.misconceptions.feed_forward import ROOT


def in_parts(part: Parts, x: Tensor, weights: FeedForwardWeights) -> Tensor:
    activation = part["activation"]
    first, middle, last = part["places"]()
    read = activation(x) if first else x
    inner = read @ weights["inner"] + part["inner_bias"](weights["inner_bias"])
    inner = activation(inner) if middle else inner
    outer = inner @ weights["outer"] + part["outer_bias"](weights["outer_bias"])
    result: Tensor = part["add"](activation(outer) if last else outer, x)
    return result


def _gelu(*, factor: Callable[[Tensor], Tensor], inside: Callable[[Tensor], Tensor]) -> Parts:
    return {"activation": lambda a: factor(a) * (1 + torch.tanh(inside(a)))}


def _half(a: Tensor) -> Tensor:
    return 0.5 * a


def _cubed(a: Tensor) -> Tensor:
    return a + 0.044715 * a**3


COMPOSITION = Composition(
    in_parts,
    right={
        "activation": gelu,
        "places": lambda: (False, True, False),  # before, between and after the linear maps
        "inner_bias": as_is,
        "outer_bias": as_is,
        "add": as_is,
    },
    wrong={
        "erf_gelu": {"activation": functional.gelu},
        "relu": {"activation": torch.relu},
        "silu": {"activation": functional.silu},
        "quick_gelu": {"activation": lambda a: a * torch.sigmoid(1.702 * a)},
        "tanh": {"activation": torch.tanh},
        "gelu_without_factor": {
            "activation": lambda a: 0.5 * (1 + torch.tanh(ROOT * _cubed(a))),
        },
        "gelu_without_half": {"activation": lambda a: 2 * gelu(a)},
        "gelu_without_root": _gelu(factor=_half, inside=_cubed),
        "gelu_factor_not_root": _gelu(factor=_half, inside=lambda a: 2 / math.pi * _cubed(a)),
        "gelu_root_turned_over": _gelu(factor=_half, inside=lambda a: _cubed(a) / ROOT),
        "gelu_with_square": _gelu(factor=_half, inside=lambda a: ROOT * (a + 0.044715 * a**2)),
        "no_activation": {"activation": as_is, "places": lambda: (False, False, False)},
        "activation_after_outer": {"places": lambda: (False, False, True)},
        "activation_before_inner": {"places": lambda: (True, False, False)},
        "activation_twice": {"places": lambda: (False, True, True)},
        "no_inner_bias": {"inner_bias": torch.zeros_like},
        "no_outer_bias": {"outer_bias": torch.zeros_like},
        "no_biases": {"inner_bias": torch.zeros_like, "outer_bias": torch.zeros_like},
        "adds_residual": {"add": lambda result, x: x + result},
    },
)
