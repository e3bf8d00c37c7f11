"""What people get wrong about the gated feed-forward network."""

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.llama.gated_feed_forward import swiglu
from reference.llama.misconceptions.gated_parts import wrong


@misconception(
    replaces=swiglu,
    says="The result of `up` goes through SiLU, and that of `gate` is multiplied with it.",
    hint="Make `up` negative. Which sign should the whole result get?",
    questions=["llama-family.gate-roles", "llama-family.gate-value"],
)
def gate_and_up_swapped(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("gate_and_up_swapped", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="`gate` gives both factors.",
    hint="Change `up`. Does your result change?",
    questions=["llama-family.gate-roles"],
)
def gate_used_twice(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("gate_used_twice", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="`up` gives both factors.",
    hint="Change `gate`. Does your result change?",
    questions=["llama-family.gate-roles"],
)
def up_used_twice(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("up_used_twice", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="SiLU of the first map goes straight to `down`.",
    hint="Change `up`. Does your result change?",
    questions=["llama-family.gate-roles", "llama-family.gate-value"],
)
def up_left_out(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("up_left_out", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="`up` and `down` follow each other without a gate.",
    hint="Change `gate`. Does your result change?",
    questions=["llama-family.gate-roles"],
)
def gate_left_out(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("gate_left_out", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="`up`, SiLU and `down` make the network, and `gate` is not used.",
    hint="Change `gate`. Does your result change?",
    questions=["llama-family.gate-roles"],
)
def gate_left_out_and_up_activated(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("gate_left_out_and_up_activated", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The gate is added to the other map's result.",
    hint="If the gate is shut, what should come out?",
    questions=["llama-family.gate-roles", "llama-family.gate-value"],
)
def adds(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("adds", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The other map's result is multiplied by 1 plus the gate.",
    hint="If the gate is shut, what should come out?",
    questions=["llama-family.gate-roles", "llama-family.gate-value"],
)
def one_plus_gate(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("one_plus_gate", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The gate is the logistic sigmoid, a share between 0 and 1.",
    hint="What does your activation give at 3? Is it larger than 1?",
    questions=["llama-family.gate-value", "llama-family.activation-below-zero"],
)
def sigmoid(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("sigmoid", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The activation is ReLU.",
    hint="What does your activation give at -1?",
    questions=["llama-family.gate-value", "llama-family.activation-below-zero"],
)
def relu(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("relu", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The activation is GELU, by erf.",
    hint="What does your activation give at -1? By how much does SiLU differ?",
    questions=["llama-family.activation-below-zero"],
)
def gelu(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("gelu", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The activation is GELU, by tanh.",
    hint="What does your activation give at -1? By how much does SiLU differ?",
    questions=["llama-family.activation-below-zero"],
)
def gelu_tanh(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("gelu_tanh", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The activation is x times the sigmoid of 1.702 x.",
    hint="What does your activation give at -1? By how much does SiLU differ?",
    questions=["llama-family.activation-below-zero"],
)
def steeper_sigmoid(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("steeper_sigmoid", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The activation is tanh.",
    hint="What does your activation give at 3? Is it larger than 1?",
    questions=["llama-family.gate-value", "llama-family.activation-below-zero"],
)
def tanh(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("tanh", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The product of the two maps needs no activation.",
    hint="Turn the sign of both maps round. Should the result stay the same?",
    questions=["llama-family.gate-value", "llama-family.gate-roles"],
)
def no_activation(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("no_activation", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="SiLU is applied to the product of the two maps.",
    hint="Which of the two maps goes through SiLU: one, or both?",
    questions=["llama-family.gate-roles", "llama-family.gate-value"],
)
def activation_of_product(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("activation_of_product", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="Both maps go through SiLU.",
    hint="Which of the two maps goes through SiLU: one, or both?",
    questions=["llama-family.gate-roles", "llama-family.gate-value"],
)
def both_activated(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("both_activated", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The gate goes through SiLU twice.",
    hint="What does your activation give at -1?",
    questions=["llama-family.gate-value"],
)
def activated_twice(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("activated_twice", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="SiLU is applied to the input, before `gate`.",
    hint="Where does SiLU stand: before or after the first linear map?",
    questions=["llama-family.gate-roles"],
)
def activation_of_input(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("activation_of_input", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="SiLU is applied to the result of `down`.",
    hint="Can your result be far below zero? May it be?",
    questions=["llama-family.gate-roles"],
)
def activation_at_end(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("activation_at_end", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="The input is added to the result already here.",
    hint="With `down` all zeros, what should come out?",
    questions=["llama-family.gate-roles", "llama-family.layer-formula"],
)
def input_added(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return wrong("input_added", x, gate, up, down)


@misconception(
    replaces=swiglu,
    says="I add the result to the caller's hidden states in place.",
    hint="Print the input before and after the call. Are they the same?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def changes_its_input(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    result = swiglu(x, gate, up, down)
    x += result
    return result


@equivalent(replaces=swiglu, says="Both maps are one matrix, whose result is cut in two.")
def one_matrix(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    opened, passed = (x @ torch.cat([gate, up], dim=1)).chunk(2, dim=-1)
    return (functional.silu(opened) * passed) @ down


@equivalent(replaces=swiglu, says="SiLU is x / (1 + exp(-x)).")
def one_fraction(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    opened = x @ gate
    return (x @ up * opened / (1 + torch.exp(-opened))) @ down


@equivalent(replaces=swiglu, says="SiLU by the hyperbolic tangent.")
def by_tangent(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    opened = x @ gate / 2
    return torch.einsum("...f,fd->...d", opened * (1 + torch.tanh(opened)) * (x @ up), down)
