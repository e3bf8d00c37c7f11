"""The output in parts: the final normalization, the matrix, and what is returned."""

import math

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.normalization import layer_norm
from reference.decoder.softmax import softmax


def in_parts(
    part: Parts, hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    normed = part["norm"](hidden, gain, bias, part["eps"](eps))
    logits = normed @ part["matrix"](output_weight)
    result: Tensor = part["positions"](part["result"](part["scale"](logits, hidden.shape[-1])))
    return result


def _without_affine(hidden: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return layer_norm(hidden, torch.ones_like(gain), torch.zeros_like(bias), eps)


def _twice(hidden: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return layer_norm(layer_norm(hidden, gain, bias, eps), gain, bias, eps)


COMPOSITION = Composition(
    in_parts,
    right={
        "norm": layer_norm,
        "eps": as_is,
        "matrix": as_is,
        "scale": as_is,
        "result": as_is,
        "positions": as_is,
    },
    wrong={
        "no_final_norm": {"norm": as_is, "eps": as_is},
        "norm_without_affine": {"norm": _without_affine},
        "no_norm_bias": {"norm": lambda h, gain, bias, eps: layer_norm(h, gain, 0 * bias, eps)},
        "norm_twice": {"norm": _twice},
        "eps_fixed": {"eps": lambda eps: 1e-5},
        "returns_probabilities": {"result": softmax},
        "returns_log_probabilities": {"result": lambda logits: logits.log_softmax(dim=-1)},
        "returns_tokens": {"result": lambda logits: logits.argmax(dim=-1), "scale": as_is},
        "last_position_only": {"positions": lambda logits: logits[:, -1]},
        "only_last_position_kept": {"positions": lambda logits: logits[:, -1:]},
        "weight_transposed": {"matrix": lambda weight: weight.reshape(weight.shape[::-1]).T},
        "scaled_by_root_d": {"scale": lambda logits, d: logits / math.sqrt(d)},
    },
)
