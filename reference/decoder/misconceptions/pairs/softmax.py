"""Softmax in parts: what is shifted, the power, the axis, and the division."""

import math

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.softmax import softmax


def in_parts(part: Parts, logits: Tensor) -> Tensor:
    logits = part["base"](part["fill"](logits))
    axes = part["axes"](logits)
    shifted = part["shift"](logits, axes)
    powers, unshifted = part["power"](shifted), part["power"](logits)
    result: Tensor = part["after"](part["divide"](shifted, powers, unshifted, axes))
    return result


def _total(powers: Tensor, axes: tuple[int, ...]) -> Tensor:
    return powers.sum(dim=axes, keepdim=True)


COMPOSITION = Composition(
    in_parts,
    right={
        "fill": as_is,
        "base": as_is,
        "axes": lambda logits: (-1,),
        "shift": lambda logits, axes: logits - logits.amax(dim=axes, keepdim=True),
        "power": torch.exp,
        "divide": lambda shifted, powers, unshifted, axes: powers / _total(powers, axes),
        "after": as_is,
    },
    wrong={
        "unstable": {"shift": as_is},
        "global_maximum": {"shift": lambda logits, axes: logits - logits.max()},
        "wrong_axis": {"axes": lambda logits: (-2,)},
        "first_axis": {"axes": lambda logits: (0,)},
        "over_everything": {"axes": lambda logits: tuple(range(logits.dim()))},
        "plain_ratio": {"shift": as_is, "power": as_is, "base": as_is},
        "twice": {"after": softmax},
        "not_divided": {"divide": lambda shifted, powers, unshifted, axes: powers},
        "shifts_numerator_only": {
            "divide": lambda shifted, powers, unshifted, axes: powers / _total(unshifted, axes)
        },
        "returns_logarithms": {
            "divide": lambda shifted, powers, unshifted, axes: shifted - _total(powers, axes).log()
        },
        "base_two": {"base": lambda logits: logits * math.log(2)},
        "infinity_as_zero": {"fill": lambda logits: logits.masked_fill(logits == -math.inf, 0.0)},
    },
)
