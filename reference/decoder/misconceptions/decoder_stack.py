"""What people get wrong about the decoder stack: which layers run, and on what."""

from collections.abc import Sequence
from functools import reduce
from typing import cast

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.decoder_layer import LayerWeights, decoder_layer
from reference.decoder.decoder_stack import decoder_stack

Layers = Sequence[LayerWeights]


@misconception(
    replaces=decoder_stack,
    says="One layer, the first one, is repeated and so makes a stack.",
    hint="Change the weights of the second layer. Does your result change?",
    questions=["decoder-stack.one-object-many-times"],
    differs_only="with more than one layer",
)
def shared_layer(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, [layers[0]] * len(layers), n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="The layers run from the last to the first, which is just as good.",
    hint="Which layer sees the embedded tokens first?",
    questions=["decoder-stack.swapped-layers"],
    differs_only="with more than one layer",
)
def reversed(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, layers[::-1], n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="The first layer is not run.",
    hint="Count the calls of decoder_layer for a stack of three. Which one is missing?",
    questions=["decoder-stack.layer-calls"],
)
def first_layer_missing(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, layers[1:], n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="The last layer is not run.",
    hint="Count the calls of decoder_layer for a stack of three. Which one is missing?",
    questions=["decoder-stack.layer-calls"],
)
def last_layer_missing(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, layers[:-1], n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="The last layer is run twice.",
    hint="How often is decoder_layer called in a stack of three?",
    questions=["decoder-stack.layer-calls"],
)
def last_layer_twice(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, [*layers, layers[-1]], n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="I return from within the loop, after the first layer.",
    hint="How far is your `return` indented? How often does the loop turn?",
    questions=["decoder-stack.layer-calls"],
    differs_only="with more than one layer",
)
def returns_after_first(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, layers[:1], n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="Every layer reads the embedded step input.",
    hint="What does the third layer know of the second one's work?",
    questions=["decoder-stack.input-of-layer-two", "diagnosis.layer-log"],
    differs_only="with more than one layer",
)
def same_input(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_layer(x, layers[-1], n_heads, eps)


@misconception(
    replaces=decoder_stack,
    says="Every layer reads the embedded step input, and their results are added.",
    hint="What does the third layer know of the second one's work?",
    questions=["decoder-stack.input-of-layer-two", "diagnosis.layer-log"],
    differs_only="with more than one layer",
)
def sums_results(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    results = [decoder_layer(x, weights, n_heads, eps) for weights in layers]
    return torch.stack(results).sum(dim=0)


@misconception(
    replaces=decoder_stack,
    says="The embedded step input is added again before each further layer.",
    hint="Print what the first layer returns and what the second one receives. Are they equal?",
    questions=["decoder-stack.input-of-layer-two", "embedding-and-positions.order-ids-to-layers"],
    differs_only="with more than one layer",
)
def adds_input_again(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    hidden = decoder_layer(x, layers[0], n_heads, eps)
    for weights in layers[1:]:
        hidden = decoder_layer(hidden + x, weights, n_heads, eps)
    return hidden


@misconception(
    replaces=decoder_stack,
    says="A residual connection leads around each whole layer.",
    hint="If every sub-layer returned zeros, what should the stack return, and what does yours?",
    questions=["transformer-block.no-residual", "decoder-stack.input-of-layer-two"],
)
def adds_residual(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    for weights in layers:
        x = x + decoder_layer(x, weights, n_heads, eps)
    return x


@misconception(
    replaces=decoder_stack,
    says="The result holds the hidden states after every layer.",
    hint="How many axes does your result have? Which of its parts does the output stage need?",
    questions=["decoder-stack.final-hidden-states"],
)
def returns_every_layer(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    states = []
    for weights in layers:
        x = decoder_layer(x, weights, n_heads, eps)
        states.append(x)
    return torch.stack(states)


@misconception(
    replaces=decoder_stack,
    says="I use one head, however many heads are asked for.",
    hint="Call your stack with 1 head and with 4. Do the results differ?",
    questions=["self-attention.weight-of-one-key"],
    differs_only="with more than one head",
)
def one_head(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, layers, 1, eps)


@misconception(
    replaces=decoder_stack,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call your stack with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return decoder_stack(x, layers, n_heads, 1e-5)


@misconception(
    replaces=decoder_stack,
    says="I take the layers out of the caller's list one by one.",
    hint="Call your stack twice with the same list. What does the second call return?",
    questions=["generation-loop.what-carries-over"],
    differs_only="in the list of layers after the call",
)
def changes_its_input(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    left = cast("list[LayerWeights]", layers)
    while left:
        x = decoder_layer(x, left.pop(0), n_heads, eps)
    return x


@equivalent(replaces=decoder_stack, says="A fold over the layers takes the place of the loop.")
def folded(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    return reduce(lambda hidden, layer: decoder_layer(hidden, layer, n_heads, eps), layers, x)


@equivalent(replaces=decoder_stack, says="The stack below the last layer is a stack itself.")
def recursive(x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    if not layers:
        return x
    return decoder_layer(recursive(x, layers[:-1], n_heads, eps), layers[-1], n_heads, eps)
