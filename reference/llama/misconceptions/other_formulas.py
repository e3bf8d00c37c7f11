"""What people get wrong where a formula is read or typed as a similar one.

B batch, T time, D width of a head.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize, softplus

from grader.subject.misconception import misconception
from reference.decoder.softmax import softmax
from reference.llama.attention_sublayer import (
    GroupedAttentionWeights,
    LlamaSettings,
    llama_attention,
    split_heads,
)
from reference.llama.gated_feed_forward import swiglu
from reference.llama.grouped_attention import grouped_attention
from reference.llama.misconceptions.grouped_parts import RIGHT, in_parts
from reference.llama.normalization import rms_norm
from reference.llama.rotation import rotate


@misconception(
    replaces=rms_norm,
    says="The vector is multiplied by the root, and not divided.",
    hint="Multiply a vector by 100. What becomes of your result, and what should?",
    questions=["llama-family.rms-norm-entry", "llama-family.hundredfold-input"],
)
def multiplied_by_the_root(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return x * torch.sqrt(x.square().mean(dim=-1, keepdim=True) + eps) * gain


@misconception(
    replaces=rotate,
    says="The rotated halves have changed places.",
    hint="At position 0 nothing turns. What does your function return there?",
    questions=["llama-family.rotate-entry"],
)
def halves_exchanged(x: Tensor, positions: Tensor, base: float) -> Tensor:
    first, second = rotate(x, positions, base).chunk(2, dim=-1)
    return torch.cat([second, first], dim=-1)


def _angles(positions: Tensor, exponents: Tensor, base: float) -> Tensor:
    """(B, 1, T, as many as there are exponents)."""
    return positions.double()[:, None, :, None] * base**-exponents


@misconception(
    replaces=rotate,
    says="Halves are paired, but neighbouring entries have one angle.",
    hint="Entries 0 and D/2 are a pair. By which angles do the two of them turn in your code?",
    questions=["llama-family.angle-of-a-pair", "llama-family.pairing-is-a-convention"],
    differs_only="with more than one pair",
)
def angles_of_neighbours(x: Tensor, positions: Tensor, base: float) -> Tensor:
    half = x.shape[-1] // 2
    angles = _angles(positions, torch.arange(half).double() / half, base)
    angles = angles.repeat_interleave(2, dim=-1)
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat([-second, first], dim=-1)
    return x * angles.cos().to(x.dtype) + turned * angles.sin().to(x.dtype)


@misconception(
    replaces=rotate,
    says="The exponents are spread evenly from 0 to -1, and the last pair has -1.",
    hint="D is 4. Which exponent has the second of the two pairs?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="with more than one pair",
)
def exponents_up_to_one(x: Tensor, positions: Tensor, base: float) -> Tensor:
    angles = _angles(positions, torch.linspace(0, 1, x.shape[-1] // 2).double(), base)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


@misconception(
    replaces=grouped_attention,
    says="Softmax is applied to its own result once more.",
    hint="A hidden key has the weight 0. Which weight has it after another softmax?",
    questions=["output-and-softmax.softmax-twice", "self-attention.weight-of-one-key"],
    differs_only="with more than one key",
)
def softmax_twice(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    twice = {"normalize": lambda scores: softmax(softmax(scores))}
    return in_parts({**RIGHT, **twice}, queries, keys, values)


@misconception(
    replaces=grouped_attention,
    says="Each score becomes a weight by itself, by the logistic sigmoid.",
    hint="What do the weights of one query sum to?",
    questions=["self-attention.weight-of-one-key"],
)
def sigmoid_of_scores(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return in_parts({**RIGHT, "normalize": torch.sigmoid}, queries, keys, values)


def _heads(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> tuple[Tensor, Tensor, Tensor]:
    """Rotated queries, (B, h, T, D), rotated keys, and values."""
    queries = split_heads(x @ weights["query"], config["n_heads"])
    keys = split_heads(x @ weights["key"], config["n_groups"])
    values = split_heads(x @ weights["value"], config["n_groups"])
    base = config["base"]
    return rotate(queries, positions, base), rotate(keys, positions, base), values


@misconception(
    replaces=llama_attention,
    says="Queries and keys are divided by their lengths before they are compared.",
    hint="Double the weights of the query. Does your result change?",
    questions=["self-attention.order-sub-layer", "llama-family.what-is-rotated"],
    differs_only="with more than one token",
)
def unit_queries_and_keys(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    queries, keys, values = _heads(x, weights, positions, config)
    mixed = grouped_attention(normalize(queries, dim=-1), normalize(keys, dim=-1), values)
    return mixed.transpose(-3, -2).flatten(-2) @ weights["output"]


@misconception(
    replaces=llama_attention,
    says="What the heads have mixed is rotated, too.",
    hint="All tokens stand 5 positions later. Does your result change?",
    questions=["llama-family.what-is-rotated", "llama-family.shifted-positions"],
)
def mixture_rotated(
    x: Tensor, weights: GroupedAttentionWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    mixed = rotate(
        grouped_attention(*_heads(x, weights, positions, config)), positions, config["base"]
    )
    return mixed.transpose(-3, -2).flatten(-2) @ weights["output"]


@misconception(
    replaces=swiglu,
    says="The activation is softplus.",
    hint="What is your activation at 0, and what is SiLU there?",
    questions=["llama-family.gate-value", "llama-family.activation-below-zero"],
)
def softplus_gate(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return (softplus(x @ gate) * (x @ up)) @ down
