"""Claims about the decoder stack: what each layer reads, and what leaves the last one."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import decoder_stack, generation
from reference.decoder.answers.trials import Loop, normal, prompts, run, small_model, wrong
from reference.decoder.decoder_layer import LayerWeights


@claim
def input_of_layer_two(seed: int) -> Mapping[str, bool]:
    """A recorded step: what the second layer is given, beside what could be meant.

    previous: The second layer is given the hidden states that the first layer returned.
    embedding: The second layer is given what the first layer was given, the embedded step input.
    logits: The second layer is given the logits that come of the first layer's result.
    token: The second layer is given the token that was selected.
    """
    model = small_model(seed)
    seen = run(generation.generate, model.stages(), prompts(seed)[0], tokens=1)
    (first, result), (given, _) = seen.of("layer")
    selected = torch.tensor(seen.tokens).double()
    return {
        "previous": same(given, result),
        "embedding": same(given, first),
        "logits": same(given, model.output(result)),
        "token": same(given, selected),
    }


@claim
def layer_calls(seed: int, *, layers: int = 3, tokens: int = 4) -> Mapping[str, float]:
    """The calls of a layer while a model of so many layers generates so many tokens."""

    def calls(loop: Loop, *, n_layers: int = layers, new: int = tokens) -> int:
        stages = small_model(seed, n_layers=n_layers).stages()
        return len(run(loop, stages, prompts(seed)[0], tokens=new).of("layer"))

    return {
        "answer": calls(generation.generate),
        "stack.one_layer_per_token": calls(generation.generate, n_layers=1),
        "generation.all_at_once": calls(wrong("generate.one_pass")),
        "kv_cache.extra_pass": calls(generation.generate, new=tokens + 1),
    }


@claim
def swapped_layers(seed: int) -> bool:
    """Whether a stack with its layers reversed gives the same final hidden states."""
    model = small_model(seed, n_layers=3)
    x, layers = normal(seed, 1, 5, 12), model.weights["layers"]
    turned = decoder_stack.decoder_stack(x, layers[::-1], 3, 1e-5)
    return same(decoder_stack.decoder_stack(x, layers, 3, 1e-5), turned)


@claim
def one_object_many_times(seed: int, *, times: int = 3) -> Mapping[str, bool]:
    """The code of the stem, with a layer of random weights and a mark for each visit.

    shared: The list holds one object, and the result is that of three passes through one layer.
    input: The result is that of one pass through the layer on the original input.
    order: The layers are visited from the last to the first.
    nothing: The list holds three objects.
    """
    made: list[LayerWeights] = []

    def make_layer() -> LayerWeights:
        made.append(small_model(seed + len(made)).weights["layers"][0])
        return made[-1]

    layers = [make_layer()] * times
    x = normal(seed, 1, 5, 12)
    result, visits = x, []
    for place, layer in enumerate(layers):
        visits.append(place)
        result = decoder_stack.decoder_stack(result, [layer], 3, 1e-5)
    three_times = decoder_stack.decoder_stack(x, [made[0], made[0], made[0]], 3, 1e-5)
    once = decoder_stack.decoder_stack(x, [made[0]], 3, 1e-5)
    return {
        "shared": same(result, three_times) and len({id(layer) for layer in layers}) == 1,
        "input": same(result, once),
        "order": visits != sorted(visits),
        "nothing": len({id(layer) for layer in layers}) == 3,
    }


@claim
def final_hidden_states(seed: int, *, batch: int = 1) -> Mapping[str, bool]:
    """The shape of what leaves the stack, and the rows whose change moves the distribution.

    last-row: The array is T x d, and the distribution changes with its last row and with no other.
    mean: The array is T x d, and the distribution changes with each of its rows.
    first-row: The array is T x d, and the distribution changes with its first row and with no
        other.
    layers: The array has one row for each layer, L x d.
    """
    model = small_model(seed)
    prompt = [3, 1, 4, 5, 9]
    seen = run(generation.generate, model.stages(), prompt, tokens=1)
    hidden, _ = seen.of("output")[0]
    if hidden.numel() != batch * hidden.shape[-2] * hidden.shape[-1]:
        raise ValueError(f"there are not {batch} sequences in the batch")
    deciding = {
        row
        for row in range(len(hidden))
        if not same(seen.distributions[0], _distribution_with_changed_row(seed, prompt, row))
    }
    width, length = 12, len(prompt)
    return {
        "last-row": hidden.shape == (length, width) and deciding == {length - 1},
        "mean": hidden.shape == (length, width) and deciding == set(range(length)),
        "first-row": hidden.shape == (length, width) and deciding == {0},
        "layers": hidden.shape == (2, width),
    }


def _distribution_with_changed_row(seed: int, prompt: list[int], row: int) -> Tensor:
    stages = small_model(seed).stages()

    def output(hidden: Tensor) -> Tensor:
        changed = hidden.clone()
        changed[row] = changed[row].flip(0)
        return stages.output(changed)

    changed = replace(stages, output=output)
    return run(generation.generate, changed, prompt, tokens=1).distributions[0]
