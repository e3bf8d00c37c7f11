"""Claims about evidence: which of the named mistakes show what the stem shows.

An option is true if the mistake that it names, made in the reference, has the same symptoms as
the right option. So a second true option means that the evidence does not decide.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, generation, normalization
from reference.decoder.answers.trials import (
    forcing,
    normal,
    prompts,
    replaced,
    run,
    small_model,
    wrong,
)

IDS, OTHER_IDS = [3, 1, 4, 5, 9, 2], [3, 1, 4, 7, 9, 2]  # the id at position 3 differs


@claim
def future_leak(seed: int) -> Mapping[str, bool]:
    """The rows that change in each stage of the first layer if the id at position 3 does.

    mask: Without a causal mask, the rows that change are those of the table.
    norm: With normalization over time, the rows that change are those of the table.
    transposed: With the mask turned around, the rows that change are those of the table.
    one-late: With a mask that shows one key too many, the rows that change are those of the table.
    """
    shown = [[False] * 3 + [True] + [False] * 2] * 2 + [[True] * 6]
    return {
        "mask": _changed_rows(seed, attention_weights=wrong("attention_weights.no_mask")) == shown,
        "norm": _changed_rows(seed, layer_norm=wrong("layer_norm.over_time")) == shown,
        "transposed": _changed_rows(
            seed, attention_weights=wrong("attention_weights.mask_transposed")
        )
        == shown,
        "one-late": _changed_rows(seed, attention_weights=wrong("attention_weights.mask_one_late"))
        == shown,
    }


def _changed_rows(seed: int, **mistake: Callable[..., Tensor]) -> list[list[bool]]:
    return [(change > 0.005).tolist() for change in changes(seed, **mistake)]


def changes(seed: int, **mistake: Callable[..., Tensor]) -> list[Tensor]:
    """The largest change in each row of embedding, first norm and self-attention."""
    model = small_model(seed)
    layer = model.weights["layers"][0]
    norm = layer["attention_norm_gain"], layer["attention_norm_bias"], 1e-5
    results = []
    with replaced(**mistake):
        for ids in (IDS, OTHER_IDS):
            embedded = model.stages().embed(ids).unsqueeze(0)
            normed = normalization.layer_norm(embedded, *norm)
            results.append(
                [embedded, normed, attention.self_attention(normed, layer["attention"], 3)]
            )
    return [(one - other)[0].abs().amax(-1) for one, other in zip(*results, strict=True)]


@claim
def equal_future_weights(seed: int) -> Mapping[str, bool]:
    """Whether rows sum to one, and later keys get equal weights above 0, though they differ."""
    return {name: _later_keys_share(matrix) for name, matrix in fills(seed).items()}


def fills(seed: int) -> dict[str, Tensor]:
    """The weights of one head for what can be done with later keys."""
    queries, keys = normal(seed, 2, 1, 1, 4, 4)
    visible = attention.causal_mask(4)
    unmasked = wrong("attention_weights.no_mask")(queries, keys)
    made = {
        "zero": wrong("attention_weights.mask_zero_fill")(queries, keys),
        "kept": unmasked,
        "after": wrong("attention_weights.mask_after_softmax")(queries, keys),
        "infinite": unmasked.masked_fill(~visible, -math.inf),
    }
    return {name: matrix[0, 0] for name, matrix in made.items()}


def _later_keys_share(matrix: Tensor) -> bool:
    whole = same(matrix.sum(-1), torch.ones(len(matrix)).double())
    later = [row[place + 1 :] for place, row in enumerate(matrix[:-1])]
    return whole and all(
        bool((part > 0).all()) and same(part, part[:1].expand_as(part)) for part in later
    )


@claim
def nan_spreads(seed: int) -> Mapping[str, bool]:
    """The rows that hold NaN after the embedding and after each of three layers.

    strict: With a mask that hides each token from itself, the rows with NaN are those of the table.
    overflow: With a softmax that subtracts no maximum, the rows with NaN are those of the table.
    eps: With a norm without eps, the rows with NaN are those of the table.
    future: Without a causal mask, the rows with NaN are those of the table.
    """
    shown = [[False] * 4, [True, False, False, False], [True] * 4, [True] * 4]
    no_eps = wrong("layer_norm.eps_missing")
    return {
        "strict": nan_rows(seed, attention_weights=wrong("attention_weights.mask_strict")) == shown,
        "overflow": nan_rows(seed, softmax=wrong("softmax.unstable")) == shown,
        "eps": nan_rows(seed, layer_norm=no_eps) == shown,
        "future": nan_rows(seed, attention_weights=wrong("attention_weights.no_mask")) == shown,
    }


def nan_rows(seed: int, **mistake: Callable[..., Tensor]) -> list[list[bool]]:
    """Which rows hold NaN after the embedding and after each layer."""
    with replaced(**mistake):
        stages = small_model(seed, n_layers=3).stages()
        hidden = stages.embed(IDS[:4]).unsqueeze(0)
        seen = [hidden]
        for layer in stages.layers:
            seen.append(layer(seen[-1]))
    return [each[0].isnan().any(-1).tolist() for each in seen]


@claim
def layer_log(seed: int) -> Mapping[str, bool]:
    """Whether all layers are given the same numbers, and give different ones.

    same-input: If each layer is given the embedding, the inputs are equal and the outputs differ.
    shared: If all layers share one set of weights, the inputs are equal and the outputs differ.
    reversed: If the layers run from last to first, the inputs are equal and the outputs differ.
    residual: Without residual connections, the inputs are equal and the outputs differ.
    """
    no_residual = wrong("decoder_layer.no_residual")
    return {
        "same-input": _same_inputs(seed, "generate.layers_read_embedding"),
        "shared": _same_inputs(seed, "generate.shared_layer"),
        "reversed": _same_inputs(seed, "generate.layers_reversed"),
        "residual": _same_inputs(seed, "", decoder_layer=no_residual),
    }


def _same_inputs(seed: int, misconception: str, **mistake: Callable[..., Tensor]) -> bool:
    calls = layer_rows(seed, misconception, **mistake)
    given, results = zip(*calls, strict=True)
    differ = not any(same(results[0], other) for other in results[1:])
    return differ and all(same(given[0], other) for other in given)


def layer_rows(
    seed: int, misconception: str, **mistake: Callable[..., Tensor]
) -> list[tuple[Tensor, Tensor]]:
    """The last row before and after each call of a layer."""
    loop = wrong(misconception) if misconception else generation.generate
    with replaced(**mistake):
        stages = small_model(seed, n_layers=3).stages()
        seen = run(loop, stages, prompts(seed)[0], tokens=1)
    return [(before[-1], after[-1]) for before, after in seen.of("layer")]


@claim
def separating_step(seed: int) -> int:
    """The first step at which the step inputs of the two loops differ."""
    stages, prompt = small_model(seed).stages(), prompts(seed)[0]
    one = run(wrong("generate.last_only"), stages, prompt).inputs
    other = run(wrong("generate.generated_only"), stages, prompt).inputs
    return next(n for n, (a, b) in enumerate(zip(one, other, strict=True), start=1) if a != b)


@claim
def empty_results(seed: int) -> Mapping[str, bool]:
    """Which loops give nothing for the first prompt, and the right result for the others.

    EOS is 0. The selection is scripted: no EOS for the first prompts, one at step 3 for the last.

    prompt: A loop that an EOS in the prompt stops gives nothing for the first prompt, the right
        tokens for the others.
    budget: A loop whose budget counts prompt tokens gives nothing for the first prompt, the right
        tokens for the others.
    ignored: A loop that treats EOS like any token gives nothing for the first prompt, the right
        tokens for the others.
    dropped: A loop that leaves EOS out of its result gives nothing for the first prompt, the right
        tokens for the others.
    """
    draw = random.Random(seed)  # noqa: S311
    scripts = [[draw.randint(1, 10) for _ in range(4)] for _ in range(3)]
    scripts[2][2] = 0
    _, second, third = results(seed, scripts=scripts)
    shown = [[], second, third]
    return {
        "prompt": results(seed, "generate.prompt_eos_stops", scripts) == shown,
        "budget": results(seed, "generate.total_budget", scripts) == shown,
        "ignored": results(seed, "generate.ignores_eos", scripts) == shown,
        "dropped": results(seed, "generate.eos_not_appended", scripts) == shown,
    }


def results(
    seed: int, misconception: str = "", scripts: Sequence[Sequence[int]] = ((), (), ())
) -> list[list[int]]:
    """What a right or wrong loop gives for the prompts of the stem, greedy without a script."""
    loop = wrong(misconception) if misconception else generation.generate
    stages = small_model(seed).stages()
    texts = [5, 0, 8], [5, 6, 8, 2, 7, 3], [8, 4]
    return [
        loop(text, forcing(stages, script) if script else stages, 4, 0, 16)
        for text, script in zip(texts, scripts, strict=True)
    ]


@claim
def more_than_one_cause(seed: int) -> bool:
    """The model answer: both loops give the same tokens, and other step inputs from step 2 on."""
    stages, prompt = small_model(seed).stages(), prompts(seed)[0]
    prompt_only = run(wrong("generate.prompt_only"), stages, prompt)
    prompt_end = run(wrong("generate.prompt_end_row"), stages, prompt)
    first = prompt_end.tokens[0]
    return (
        prompt_only.tokens == prompt_end.tokens
        and all(map(same, prompt_only.distributions, prompt_end.distributions))
        and prompt_only.inputs[1] == prompt
        and prompt_end.inputs[1] == [*prompt, first]
    )
