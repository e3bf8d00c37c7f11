"""The decoder layer in parts: what each sub-layer reads, and what is added to its result."""

from collections.abc import Callable

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is, idle
from reference.decoder.attention import self_attention
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm


def in_parts(part: Parts, x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    settings = weights, part["eps"](eps)
    normed = part["first_norm"](x, *settings)
    attended = part["attend"](normed, weights["attention"], part["heads"](n_heads))
    attended = part["first_inner_norm"](attended, *settings)
    middle = part["first_outer_norm"](part["first_carry"](x, normed) + attended, *settings)
    normed = part["second_norm"](part["read"](middle, attended, x), *settings)
    fed = part["feed"](normed, weights["feed_forward"])
    fed = part["second_inner_norm"](fed, *settings)
    carried = part["second_carry"](middle, normed, x)
    result: Tensor = part["second_outer_norm"](carried + fed, *settings)
    return result


def _first(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)


def _second(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps)


def _nothing(x: Tensor, *_: object) -> Tensor:
    return torch.zeros_like(x)


def _normed(x: Tensor, normed: Tensor, *_: object) -> Tensor:
    return normed


def _input(middle: Tensor, _: Tensor, x: Tensor) -> Tensor:
    return x


_RIGHT: dict[str, Callable[..., Tensor]] = {
    "first_norm": _first,
    "attend": self_attention,
    "first_inner_norm": as_is,
    "first_carry": as_is,
    "first_outer_norm": as_is,
    "read": as_is,
    "second_norm": _second,
    "feed": feed_forward,
    "second_inner_norm": as_is,
    "second_carry": as_is,
    "second_outer_norm": as_is,
}

COMPOSITION = Composition(
    in_parts,
    right={**_RIGHT, "eps": as_is, "heads": as_is},
    wrong={
        "no_residual": {"first_carry": _nothing, "second_carry": _nothing},
        "no_attention_residual": {"first_carry": _nothing},
        "no_feed_forward_residual": {"second_carry": _nothing},
        "one_residual": {"first_carry": _nothing, "second_carry": _input},
        "residual_from_normalized": {"first_carry": _normed, "second_carry": _normed},
        "first_residual_from_normalized": {"first_carry": _normed},
        "second_residual_from_normalized": {"second_carry": _normed},
        "stale_residual": {"second_carry": _input},
        "parallel": {"read": _input},
        "no_attention": {
            "attend": _nothing,
            **idle(_RIGHT, "first_norm", "first_inner_norm", "read"),
        },
        "no_feed_forward": {
            "feed": _nothing,
            **idle(_RIGHT, "read", "second_norm", "second_inner_norm"),
        },
        "post_norm": {
            "first_norm": as_is,
            "second_norm": as_is,
            "first_outer_norm": _first,
            "second_outer_norm": _second,
        },
        "norm_on_output": {
            "first_norm": as_is,
            "second_norm": as_is,
            "first_inner_norm": _first,
            "second_inner_norm": _second,
        },
        "no_norm": {"first_norm": as_is, "second_norm": as_is},
        "no_first_norm": {"first_norm": as_is},
        "no_second_norm": {"second_norm": as_is},
        "second_norm_before_addition": {"read": lambda middle, attended, x: attended},
        "norms_swapped": {"first_norm": _second, "second_norm": _first},
        "norm_shared": {"second_norm": _first},
        "eps_fixed": {"eps": lambda eps: 1e-5},
        "one_head": {"heads": lambda n_heads: 1},
    },
)
