"""What people get wrong about the decoder layer: its normalizations and what it hands on."""

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.llama.attention_sublayer import (
    GroupedAttentionWeights,
    LlamaSettings,
    llama_attention,
)
from reference.llama.decoder_layer import GatedWeights, LlamaLayerWeights, llama_layer
from reference.llama.gated_feed_forward import swiglu
from reference.llama.normalization import rms_norm


def _first(x: Tensor, weights: LlamaLayerWeights, config: LlamaSettings) -> Tensor:
    return rms_norm(x, weights["attention_norm_gain"], config["eps"])


def _second(x: Tensor, weights: LlamaLayerWeights, config: LlamaSettings) -> Tensor:
    return rms_norm(x, weights["feed_forward_norm_gain"], config["eps"])


def _attend(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_attention(x, weights["attention"], positions, config)


def _feed(x: Tensor, weights: LlamaLayerWeights) -> Tensor:
    inner = weights["feed_forward"]
    return swiglu(x, inner["gate"], inner["up"], inner["down"])


@misconception(
    replaces=llama_layer,
    says="Each sum is normalized, and not what a sub-layer reads.",
    hint="Scale the input by 100. How large should the result be?",
    questions=["transformer-block.order-pre-norm", "llama-family.hundredfold-input"],
)
def post_norm(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = _first(x + _attend(x, weights, positions, config), weights, config)
    return _second(middle + _feed(middle, weights), weights, config)


@misconception(
    replaces=llama_layer,
    says="The result of each sub-layer is normalized before it is added.",
    hint="What exactly goes through a normalization: what a sub-layer reads, or what it gives?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def norm_on_output(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _first(_attend(x, weights, positions, config), weights, config)
    return middle + _second(_feed(middle, weights), weights, config)


@misconception(
    replaces=llama_layer,
    says="The sub-layers read the hidden states as they are.",
    hint="Scale the input by 100. How should the result of attention change?",
    questions=["transformer-block.order-pre-norm", "llama-family.hundredfold-input"],
)
def no_norm(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(x, weights, positions, config)
    return middle + _feed(middle, weights)


@misconception(
    replaces=llama_layer,
    says="Attention reads the hidden states as they are.",
    hint="Scale the input by 100. How should the result of attention change?",
    questions=["transformer-block.order-pre-norm", "llama-family.hundredfold-input"],
)
def no_first_norm(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(x, weights, positions, config)
    return middle + _feed(_second(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The feed-forward network reads the hidden states as they are.",
    hint="How many normalizations does a layer have, and where do they stand?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def no_second_norm(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(_first(x, weights, config), weights, positions, config)
    return middle + _feed(middle, weights)


@misconception(
    replaces=llama_layer,
    says=(
        "The attention result is normalized for the feed-forward network before the input is added."
    ),
    hint="What should the second normalization read if attention returned zeros?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def second_norm_before_addition(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    attended = _attend(_first(x, weights, config), weights, positions, config)
    return x + attended + _feed(_second(attended, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The two gains have changed places.",
    hint="Set one of the gains to zeros. Which sub-layer should fall silent?",
    questions=["llama-family.layer-formula"],
)
def norms_swapped(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(_second(x, weights, config), weights, positions, config)
    return middle + _feed(_first(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="Both normalizations have the gain of the first.",
    hint="Change the gain of the second normalization. Does your result change?",
    questions=["llama-family.layer-formula"],
)
def norm_shared(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(_first(x, weights, config), weights, positions, config)
    return middle + _feed(_first(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The sub-layers read layer-normalized states: centred, and divided by the deviation.",
    hint="Which mean do the normalizations of this model subtract?",
    questions=["llama-family.norms-compared"],
)
def layer_norm_instead(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    def centred(states: Tensor) -> Tensor:
        return states - states.mean(dim=-1, keepdim=True)

    middle = x + _attend(_first(centred(x), weights, config), weights, positions, config)
    return middle + _feed(_second(centred(middle), weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["llama-family.eps-decides"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_layer(x, weights, positions, {**config, "eps": 1e-5})


@misconception(
    replaces=llama_layer,
    says="The layer hands `up` over as the gate, and `gate` as the other map.",
    hint="In which order does swiglu take its matrices?",
    questions=["llama-family.gate-roles"],
)
def gate_and_up_swapped(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    inner = weights["feed_forward"]
    swapped: GatedWeights = {**inner, "gate": inner["up"], "up": inner["gate"]}
    return llama_layer(x, {**weights, "feed_forward": swapped}, positions, config)


@misconception(
    replaces=llama_layer,
    says="I count the positions myself, 0, 1, 2, ..., whichever positions are given.",
    hint="Hand in positions with a gap between two tokens. Does your result notice?",
    questions=["llama-family.positions-with-a-gap"],
    differs_only="where the positions of a row have a gap",
)
def positions_ignored(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    counted = torch.arange(x.shape[1]).expand(positions.shape)
    return llama_layer(x, weights, counted, config)


@misconception(
    replaces=llama_layer,
    says="The layer brings each group to its heads in turn, before attention sees them.",
    hint="With h = 6 and g = 3, which groups do heads 0 and 1 use?",
    questions=["llama-family.group-of-a-head", "llama-family.sizes-that-show"],
    differs_only="where h, g and 1 are three numbers",
)
def groups_dealt_in_turn(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    shared = config["n_heads"] // config["n_groups"]
    attention: GroupedAttentionWeights = {
        **weights["attention"],
        "key": weights["attention"]["key"].repeat(1, shared),
        "value": weights["attention"]["value"].repeat(1, shared),
    }
    wide: LlamaSettings = {**config, "n_groups": config["n_heads"]}
    return llama_layer(x, {**weights, "attention": attention}, positions, wide)


@equivalent(replaces=llama_layer, says="The gains are multiplied into the matrices that follow.")
def gains_in_the_matrices(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    first, second = weights["attention_norm_gain"], weights["feed_forward_norm_gain"]
    attention, inner = weights["attention"], weights["feed_forward"]
    folded: LlamaLayerWeights = {
        "attention_norm_gain": torch.ones_like(first),
        "attention": {
            **attention,
            "query": first[:, None] * attention["query"],
            "key": first[:, None] * attention["key"],
            "value": first[:, None] * attention["value"],
        },
        "feed_forward_norm_gain": torch.ones_like(second),
        "feed_forward": {
            **inner,
            "gate": second[:, None] * inner["gate"],
            "up": second[:, None] * inner["up"],
        },
    }
    return llama_layer(x, folded, positions, config)


@equivalent(replaces=llama_layer, says="All positions are larger by 5.")
def positions_shifted(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_layer(x, weights, positions + 5, config)
