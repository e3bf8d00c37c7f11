"""What people get wrong about the decoder stack: which layers run, and on what."""

from collections.abc import Sequence

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.llama.attention_sublayer import LlamaSettings
from reference.llama.decoder_layer import LlamaLayerWeights, llama_layer
from reference.llama.decoder_stack import llama_stack


@misconception(
    replaces=llama_stack,
    says="One layer, the first one, is repeated and so makes a stack.",
    hint="Change the weights of the second layer. Does your result change?",
    questions=["decoder-stack.one-object-many-times"],
    differs_only="with more than one layer",
)
def shared_layer(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_stack(x, [layers[0]] * len(layers), positions, config)


@misconception(
    replaces=llama_stack,
    says="The layers run from the last to the first.",
    hint="Which layer sees the embedded tokens first?",
    questions=["decoder-stack.swapped-layers"],
    differs_only="with more than one layer",
)
def reversed_layers(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_stack(x, layers[::-1], positions, config)


@misconception(
    replaces=llama_stack,
    says="The first layer is not run.",
    hint="Count the calls of llama_layer for a stack of three. Which one is missing?",
    questions=["decoder-stack.layer-calls"],
)
def first_layer_missing(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_stack(x, layers[1:], positions, config)


@misconception(
    replaces=llama_stack,
    says="The last layer is not run.",
    hint="Count the calls of llama_layer for a stack of three. Which one is missing?",
    questions=["decoder-stack.layer-calls"],
)
def last_layer_missing(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_stack(x, layers[:-1], positions, config)


@misconception(
    replaces=llama_stack,
    says="The last layer is run twice.",
    hint="How often is llama_layer called in a stack of three?",
    questions=["decoder-stack.layer-calls"],
)
def last_layer_twice(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_stack(x, [*layers, layers[-1]], positions, config)


@misconception(
    replaces=llama_stack,
    says="I return from within the loop, after the first layer.",
    hint="How far is your `return` indented? How often does the loop turn?",
    questions=["decoder-stack.layer-calls"],
    differs_only="with more than one layer",
)
def returns_after_first(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_stack(x, layers[:1], positions, config)


@misconception(
    replaces=llama_stack,
    says="Every layer reads the embedded tokens.",
    hint="What does the third layer know of the second one's work?",
    questions=["decoder-stack.input-of-layer-two", "diagnosis.layer-log"],
    differs_only="with more than one layer",
)
def same_input(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    return llama_layer(x, layers[-1], positions, config)


@misconception(
    replaces=llama_stack,
    says="Every layer reads the embedded tokens, and their results are added.",
    hint="What does the third layer know of the second one's work?",
    questions=["decoder-stack.input-of-layer-two"],
    differs_only="with more than one layer",
)
def sums_results(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    results = [llama_layer(x, weights, positions, config) for weights in layers]
    return torch.stack(results).sum(dim=0)


@misconception(
    replaces=llama_stack,
    says="The embedded tokens are added again before each further layer.",
    hint="Print what the first layer returns and what the second one receives. Are they equal?",
    questions=["decoder-stack.input-of-layer-two"],
    differs_only="with more than one layer",
)
def adds_input_again(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    hidden = llama_layer(x, layers[0], positions, config)
    for weights in layers[1:]:
        hidden = llama_layer(hidden + x, weights, positions, config)
    return hidden


@misconception(
    replaces=llama_stack,
    says="A residual connection leads around each whole layer.",
    hint="If every sub-layer returned zeros, what should the stack return, and what does yours?",
    questions=["transformer-block.no-residual"],
)
def residual_around_layers(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    for weights in layers:
        x = x + llama_layer(x, weights, positions, config)
    return x


@misconception(
    replaces=llama_stack,
    says="Each layer counts the positions itself, 0, 1, 2, ..., whichever positions are given.",
    hint="Hand in positions with a gap between two tokens. Does your result notice?",
    questions=["llama-family.positions-with-a-gap"],
    differs_only="where the positions of a row have a gap",
)
def positions_ignored(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    counted = torch.arange(x.shape[1]).expand(positions.shape)
    return llama_stack(x, layers, counted, config)


@misconception(
    replaces=llama_stack,
    says="Positions come in before the first layer; for the later ones all tokens stand at 0.",
    hint="Which layers rotate their queries and keys: the first, or all?",
    questions=["llama-family.where-positions-enter"],
    differs_only="with more than one layer",
)
def positions_in_first_layer_only(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    hidden = llama_layer(x, layers[0], positions, config)
    return llama_stack(hidden, layers[1:], 0 * positions, config)


@misconception(
    replaces=llama_stack,
    says="Each layer finds the tokens one place further apart than the layer before.",
    hint="Which positions does the third layer get?",
    questions=["llama-family.where-positions-enter"],
    differs_only="with more than one layer",
)
def positions_grow_by_layer(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    for number, weights in enumerate(layers, start=1):
        x = llama_layer(x, weights, number * positions, config)
    return x


@misconception(
    replaces=llama_stack,
    says="The sum runs on in the caller's array.",
    hint="Print the input before and after the call. Are they the same?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def changes_its_input(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    result = llama_stack(x, layers, positions, config)
    x.copy_(result)
    return result


@equivalent(replaces=llama_stack, says="The stack of all but the last layer comes first.")
def last_layer_apart(
    x: Tensor, layers: Sequence[LlamaLayerWeights], positions: Tensor, config: LlamaSettings
) -> Tensor:
    if len(layers) > 1:
        x = last_layer_apart(x, layers[:-1], positions, config)
    return llama_layer(x, layers[-1], positions, config)
