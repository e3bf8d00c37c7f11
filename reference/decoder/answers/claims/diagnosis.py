"""Claims about evidence: which of the named mistakes show what the stem shows.

An option is true if the mistake that it names, made in the reference, has the same symptoms as
the right option. So a second true option means that the evidence does not decide.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
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

IDS = [3, 1, 4, 5, 9, 2]
PROMPTS = ([5, 0, 8], [5, 6, 8, 2, 7, 3], [8, 4])
SHOWN_SEED = 1710  # on which no selection is near a tie
Figures = list[Any]  # numbers, and lists of numbers
Figure = Mapping[str, float]


def _changes_printed(*, position: int) -> Mapping[str, Figures]:
    """The table: positions, and the changes of each stage without a mask."""
    no_mask = wrong("attention_weights.no_mask")
    rows = [change.tolist() for change in changes(1, position, attention_weights=no_mask)]
    return {"table": [list(range(len(IDS))), *rows]}


@prints(_changes_printed)
@claim
def future_leak(seed: int, *, position: int = 3) -> Mapping[str, bool]:
    """The rows that change in each stage of the first layer if the id at a position does.

    mask: Without a causal mask, the rows that change are those of the table.
    norm: With normalization over time, the rows that change are those of the table.
    transposed: With the mask turned around, the rows that change are those of the table.
    one-late: With a mask that shows one key too many, the rows that change are those of the table.
    """
    own = [place == position for place in range(len(IDS))]
    shown = [own, own, [True] * len(IDS)]

    def shows(**mistake: Callable[..., Tensor]) -> bool:
        rows = [(change > 0.005).tolist() for change in changes(seed, position, **mistake)]
        return rows == shown

    return {
        "mask": shows(attention_weights=wrong("attention_weights.no_mask")),
        "norm": shows(layer_norm=wrong("layer_norm.over_time")),
        "transposed": shows(attention_weights=wrong("attention_weights.mask_transposed")),
        "one-late": shows(attention_weights=wrong("attention_weights.mask_one_late")),
    }


def changes(seed: int, position: int = 3, **mistake: Callable[..., Tensor]) -> list[Tensor]:
    """The largest change in each row of embedding, first norm and self-attention."""
    model = small_model(seed)
    layer = model.weights["layers"][0]
    norm = layer["attention_norm_gain"], layer["attention_norm_bias"], 1e-5
    results = []
    with replaced(**mistake):
        for ids in (IDS, [*IDS[:position], 7, *IDS[position + 1 :]]):
            embedded = model.stages().embed(ids).unsqueeze(0)
            normed = normalization.layer_norm(embedded, *norm)
            results.append(
                [embedded, normed, attention.self_attention(normed, layer["attention"], 3)]
            )
    return [(one - other)[0].abs().amax(-1) for one, other in zip(*results, strict=True)]


@claim
def nan_spreads(
    seed: int,
    *,
    lowest: float = -10,
    highest: float = 10,
    positions: Sequence[int] = (0, 1, 2, 3),
    layers: Sequence[int] = (1, 2, 3),
) -> Mapping[str, bool]:
    """The rows that hold NaN after the embedding and after each of three layers.

    strict: With a mask that hides each token from itself, the rows with NaN are those of the table.
    overflow: With a softmax that subtracts no maximum, the rows with NaN are those of the table.
    eps: With a norm without eps, the rows with NaN are those of the table.
    future: Without a causal mask, the rows with NaN are those of the table.
    """
    if list(positions) != list(range(4)) or list(layers) != [1, 2, 3]:
        raise ValueError("the table is one of four positions and three layers")
    queries, keys = normal(seed, 2, 1, 1, 4, 4)
    scores = (highest - lowest) / 2 * torch.tanh(queries @ keys.transpose(-2, -1))
    if not wrong("softmax.unstable")(scores).isfinite().all():
        raise ValueError("softmax of scores within these limits overflows")
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


def _layers_printed() -> Mapping[str, Figures]:
    """The table: the number of each layer, and three components before and after it."""
    rows = layer_rows(1, "generate.layers_read_embedding")
    numbered = enumerate(rows, start=1)
    return {"table": [[n, *one[:3].tolist(), *two[:3].tolist()] for n, (one, two) in numbered]}


@prints(_layers_printed)
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
def separating_step(seed: int, *, whole_prompt: int = 1, first_of_two: int = 2) -> Figure:
    """The first step at which the step inputs of the two loops differ.

    Both feed the whole prompt at the first step, and other ids from the second on.
    """
    stages, prompt = small_model(seed).stages(), prompts(seed)[0]
    one = run(wrong("generate.last_only"), stages, prompt).inputs
    other = run(wrong("generate.generated_only"), stages, prompt).inputs
    is_whole = [a == b == prompt for a, b in zip(one, other, strict=True)]
    if is_whole[whole_prompt - 1 : first_of_two] != [True, False]:
        raise ValueError("the loops do not drop the prompt at this step")
    differs = [n for n, (a, b) in enumerate(zip(one, other, strict=True), start=1) if a != b]
    changed = [n for n, ids in enumerate(one, start=1) if ids != prompt]
    return {
        "answer": differs[0],
        "generate.generated_only": changed[0],  # as if dropping the prompt told them apart
        "ablation.visible_at_first_token": min(range(1, len(one) + 1)),
    }


def _results_printed(*, max_new_tokens: int, eos_id: int) -> Mapping[str, Figures]:
    """The table: each prompt, and what a right program and this one give."""
    right, faulty = results(SHOWN_SEED), results(SHOWN_SEED, "generate.prompt_eos_stops")
    return {"table": [[*row] for row in zip(PROMPTS, right, faulty, strict=True)]}


@prints(_results_printed)
@claim
def empty_results(seed: int, *, max_new_tokens: int = 4, eos_id: int = 0) -> Mapping[str, bool]:
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
    if (max_new_tokens, eos_id) != (4, 0):
        raise ValueError("the results are those of four new tokens, and EOS is 0")
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
    return [
        loop(text, forcing(stages, script) if script else stages, 4, 0, 16)
        for text, script in zip(PROMPTS, scripts, strict=True)
    ]


@claim
def more_than_one_cause(seed: int, *, shown: Sequence[int] = (15, 15, 15, 15)) -> bool:
    """Both loops of the model answer repeat one token, with other step inputs from step 2 on."""
    if len(set(shown)) > 1:
        raise ValueError("the tokens are not one that is repeated")
    stages, prompt = small_model(seed).stages(), prompts(seed)[0]
    prompt_only = run(wrong("generate.prompt_only"), stages, prompt, tokens=len(shown))
    prompt_end = run(wrong("generate.prompt_end_row"), stages, prompt, tokens=len(shown))
    first = prompt_end.tokens[0]
    return (
        prompt_only.tokens == prompt_end.tokens == [first] * len(shown)
        and all(map(same, prompt_only.distributions, prompt_end.distributions))
        and prompt_only.inputs[1] == prompt
        and prompt_end.inputs[1] == [*prompt, first]
    )
