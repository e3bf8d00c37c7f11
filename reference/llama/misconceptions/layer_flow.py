"""What people get wrong about the decoder layer: residual connections and order."""

from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.llama.attention_sublayer import (
    LlamaSettings,
    llama_attention,
)
from reference.llama.decoder_layer import LlamaLayerWeights, llama_layer
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
    says="The sub-layers follow each other; nothing is added.",
    hint="If a sub-layer returned zeros, what should the layer return?",
    questions=["transformer-block.no-residual", "llama-family.layer-formula"],
)
def no_residual(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = _attend(_first(x, weights, config), weights, positions, config)
    return _feed(_second(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The attention result is passed on without the input added to it.",
    hint="If attention returned zeros, what should the feed-forward network read?",
    questions=["transformer-block.no-residual", "llama-family.layer-formula"],
)
def no_attention_residual(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = _attend(_first(x, weights, config), weights, positions, config)
    return middle + _feed(_second(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The result of the feed-forward network is the layer's result.",
    hint="If the feed-forward network returned zeros, what should the layer return?",
    questions=["transformer-block.no-residual", "llama-family.layer-formula"],
)
def no_feed_forward_residual(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(_first(x, weights, config), weights, positions, config)
    return _feed(_second(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="Both residual connections carry the normalized values.",
    hint="Follow the shortcut back: does it pass a normalization?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def residual_from_normalized(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    normed = _first(x, weights, config)
    normed = _second(normed + _attend(normed, weights, positions, config), weights, config)
    return normed + _feed(normed, weights)


@misconception(
    replaces=llama_layer,
    says="The residual connection around attention carries the normalized input.",
    hint="Follow the shortcut back: does it pass a normalization?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def first_residual_from_normalized(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    normed = _first(x, weights, config)
    middle = normed + _attend(normed, weights, positions, config)
    return middle + _feed(_second(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The residual connection around the feed-forward network carries normalized values.",
    hint="Follow the second shortcut back: does it pass a normalization?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def second_residual_from_normalized(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(_first(x, weights, config), weights, positions, config)
    normed = _second(middle, weights, config)
    return normed + _feed(normed, weights)


@misconception(
    replaces=llama_layer,
    says="The second residual connection carries the input of the layer.",
    hint="Which value does the second shortcut add: before or after attention?",
    questions=["transformer-block.follow-the-numbers", "llama-family.layer-formula"],
)
def stale_residual(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _attend(_first(x, weights, config), weights, positions, config)
    return x + _feed(_second(middle, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="Attention and the feed-forward network both read the input of the layer.",
    hint="Does the feed-forward network know what attention found?",
    questions=["transformer-block.follow-the-numbers", "llama-family.layer-formula"],
)
def parallel(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    attended = _attend(_first(x, weights, config), weights, positions, config)
    return x + attended + _feed(_second(x, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The feed-forward network comes before attention.",
    hint="Which of the two sub-layers reads what the other one gave?",
    questions=["transformer-block.order-pre-norm", "llama-family.layer-formula"],
)
def feed_forward_first(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    middle = x + _feed(_second(x, weights, config), weights)
    return middle + _attend(_first(middle, weights, config), weights, positions, config)


@misconception(
    replaces=llama_layer,
    says="The layer is normalization and feed-forward network; attention is left out.",
    hint="Change an earlier token. Does the result at the last one change?",
    questions=["llama-family.layer-formula"],
)
def no_attention(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return x + _feed(_second(x, weights, config), weights)


@misconception(
    replaces=llama_layer,
    says="The layer is normalization and attention; the feed-forward network is left out.",
    hint="Change the matrix `down`. Does your result change?",
    questions=["llama-family.layer-formula"],
)
def no_feed_forward(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    return x + _attend(_first(x, weights, config), weights, positions, config)


@misconception(
    replaces=llama_layer,
    says="I add the attention result to the caller's hidden states in place.",
    hint="Print the input before and after the call. Are they the same?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def adds_in_place(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    result = llama_layer(x, weights, positions, config)
    x += _attend(_first(x, weights, config), weights, positions, config)
    return result


@equivalent(replaces=llama_layer, says="The sub-layers' results are added at the end.")
def added_at_the_end(
    x: Tensor, weights: LlamaLayerWeights, positions: Tensor, config: LlamaSettings
) -> Tensor:
    attended = _attend(_first(x, weights, config), weights, positions, config)
    fed = _feed(_second(x + attended, weights, config), weights)
    return x + (attended + fed)
