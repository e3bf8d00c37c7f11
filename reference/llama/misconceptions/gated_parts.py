"""The gated feed-forward network in parts, and what each mistake has in their place."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from reference.decoder.feed_forward import gelu
from reference.llama.gated_feed_forward import silu


def in_parts(part: Mapping[str, Any], x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    gate, up = part["matrices"](gate, up)
    opened = part["activation"](part["read"](x) @ gate)
    inner = part["combine"](opened, x @ up)
    result: Tensor = part["after"](inner @ down, x)
    return result


def wrong(name: str, x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """The stage with one mistake."""
    return in_parts({**RIGHT, **WRONG[name]}, x, gate, up, down)


def _as_is(value: Any, *_: object) -> Any:
    return value


def _exact_gelu(a: Tensor) -> Tensor:
    return a * (1 + torch.erf(a / math.sqrt(2))) / 2


RIGHT: Mapping[str, Any] = {
    "matrices": lambda gate, up: (gate, up),
    "read": _as_is,
    "activation": silu,
    "combine": lambda opened, passed: opened * passed,
    "after": _as_is,
}

WRONG: Mapping[str, Mapping[str, Any]] = {
    "gate_and_up_swapped": {"matrices": lambda gate, up: (up, gate)},
    "gate_used_twice": {"matrices": lambda gate, up: (gate, gate)},
    "up_used_twice": {"matrices": lambda gate, up: (up, up)},
    "up_left_out": {"combine": _as_is},
    "gate_left_out": {
        "combine": lambda opened, passed: passed,
        "activation": silu,
        "read": _as_is,
    },
    "gate_left_out_and_up_activated": {
        "combine": lambda opened, passed: silu(passed),
        "activation": silu,
        "read": _as_is,
    },
    "adds": {"combine": lambda opened, passed: opened + passed},
    "one_plus_gate": {"combine": lambda opened, passed: (1 + opened) * passed},
    "sigmoid": {"activation": torch.sigmoid},
    "relu": {"activation": torch.relu},
    "gelu": {"activation": _exact_gelu},
    "gelu_tanh": {"activation": gelu},
    "steeper_sigmoid": {"activation": lambda a: a * torch.sigmoid(1.702 * a)},
    "tanh": {"activation": torch.tanh},
    "no_activation": {"activation": _as_is},
    "activation_of_product": {
        "activation": _as_is,
        "combine": lambda opened, passed: silu(opened * passed),
    },
    "both_activated": {"combine": lambda opened, passed: opened * silu(passed)},
    "activated_twice": {"activation": lambda a: silu(silu(a))},
    "activation_of_input": {"read": silu, "activation": _as_is},
    "activation_at_end": {"activation": _as_is, "after": lambda result, x: silu(result)},
    "input_added": {"after": lambda result, x: result + x},
}
