"""The decoder stack in parts: which layers run, and what each of them reads."""

from collections.abc import Callable, Sequence
from functools import partial, reduce

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.decoder_layer import LayerWeights, decoder_layer

Layers = Sequence[LayerWeights]
Step = Callable[[Tensor, LayerWeights], Tensor]


def in_parts(part: Parts, x: Tensor, layers: Layers, n_heads: int, eps: float) -> Tensor:
    step = partial(decoder_layer, n_heads=part["heads"](n_heads), eps=part["eps"](eps))
    result: Tensor = part["flow"](x, part["layers"](layers), step)
    return result


def _one_after_the_other(x: Tensor, layers: Layers, step: Step) -> Tensor:
    return reduce(step, layers, x)


def _sum_of_results(x: Tensor, layers: Layers, step: Step) -> Tensor:
    return torch.stack([step(x, weights) for weights in layers]).sum(dim=0)


def _input_added_again(x: Tensor, layers: Layers, step: Step) -> Tensor:
    return reduce(lambda hidden, weights: step(hidden + x, weights), layers[1:], step(x, layers[0]))


def _residual_added(x: Tensor, layers: Layers, step: Step) -> Tensor:
    return reduce(lambda hidden, weights: hidden + step(hidden, weights), layers, x)


def _every_state(x: Tensor, layers: Layers, step: Step) -> Tensor:
    states: list[Tensor] = []
    for weights in layers:
        states.append(step(states[-1] if states else x, weights))
    return torch.stack(states)


COMPOSITION = Composition(
    in_parts,
    right={"layers": as_is, "flow": _one_after_the_other, "heads": as_is, "eps": as_is},
    wrong={
        "shared_layer": {"layers": lambda layers: [layers[0]] * len(layers)},
        "reversed": {"layers": lambda layers: layers[::-1]},
        "first_layer_missing": {"layers": lambda layers: layers[1:]},
        "last_layer_missing": {"layers": lambda layers: layers[:-1]},
        "last_layer_twice": {"layers": lambda layers: [*layers, layers[-1]]},
        "returns_after_first": {"layers": lambda layers: layers[:1]},
        "same_input": {"flow": lambda x, layers, step: step(x, layers[-1])},
        "sums_results": {"flow": _sum_of_results},
        "adds_input_again": {"flow": _input_added_again},
        "adds_residual": {"flow": _residual_added},
        "returns_every_layer": {"flow": _every_state},
        "one_head": {"heads": lambda n_heads: 1},
        "eps_fixed": {"eps": lambda eps: 1e-5},
    },
)
