"""The generation loop in parts: how often it runs, what it reads, which stages, and its end.

T time, d width, V vocabulary.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.generation import Stages

Ids = Sequence[int]


def in_parts(
    part: Parts,
    prompt: Ids,
    stages: Stages,
    max_new_tokens: int,
    eos_id: int | None,
    context_length: int,
) -> list[int]:
    generated: list[int] = []
    if part["refuses"](prompt, eos_id):
        return generated
    while len(generated) < part["budget"](max_new_tokens, prompt, context_length):
        ids = part["crop"](part["join"](prompt, generated, context_length), context_length)
        hidden = part["layers"](stages.embed(part["kind"](ids)), stages.layers)
        logits = part["row"](stages.output(hidden), prompt, context_length)  # (V,)
        distribution = part["softmax"](logits, stages.softmax)
        generated.append(part["select"](distribution, logits, stages.select))
        if part["stops"](generated, part["eos"](eos_id)):
            break
    return list(part["result"](part["end"](generated, eos_id), prompt))


def _all_layers(hidden: Tensor, layers: Sequence[Any]) -> Tensor:
    for layer in layers:
        hidden = layer(hidden)
    return hidden


def _last_unused(hidden: Tensor, layers: Sequence[Any]) -> Tensor:
    before = hidden
    for layer in layers:
        before, hidden = hidden, layer(hidden)
    return before


def _repeated(hidden: Tensor, layers: Sequence[Any]) -> Tensor:
    return _all_layers(hidden, [layers[0]] * len(layers))


def _selected_twice(distribution: Tensor, logits: Tensor, select: Any) -> Any:
    select(distribution)
    return select(distribution)


def _printed(distribution: Tensor, logits: Tensor, select: Any) -> Any:
    token = select(distribution)
    select(distribution)
    return token


def _reselected(distribution: Tensor, logits: Tensor, select: Any) -> int:
    select(distribution)
    return int(logits.argmax())


def _joined(join: Any) -> Parts:
    return {"join": lambda prompt, generated, length: [*join(prompt, generated)]}


def _without_eos(generated: list[int], eos_id: int | None) -> list[int]:
    return generated[:-1] if generated[-1:] == [eos_id] else generated


def _keeping_start(prompt: Ids, generated: Ids, length: int) -> list[int]:
    room = max(0, length - len(prompt))
    return [*prompt[:length], *generated[max(0, len(generated) - room) :]]


_BY_INPUT: dict[str, Parts] = {
    "prompt_only": _joined(lambda prompt, generated: prompt),
    "generated_only": _joined(lambda prompt, generated: generated or prompt),
    "last_only": _joined(lambda prompt, generated: generated[-1:] or prompt),
    "stale": _joined(lambda prompt, generated: [*prompt, *generated[:-1]]),
    "generated_first": _joined(lambda prompt, generated: [*generated, *prompt]),
    "prompt_twice": _joined(lambda p, generated: [*list(p) * (len(generated) + 1), *generated]),
    "drops_first": _joined(lambda prompt, generated: [*prompt[1:], *generated]),
    "crop_first": {"crop": lambda ids, length: ids[:length]},
    "crop_short": {"crop": lambda ids, length: ids[-(length - 1) :]},
    "no_crop": {"crop": as_is},
    "crops_prompt_only": {
        "join": lambda prompt, generated, length: [*prompt[-length:], *generated],
        "crop": as_is,
    },
    "keeps_prompt_start": {"join": _keeping_start, "crop": as_is},
    "float_ids": {"kind": lambda ids: torch.tensor(ids, dtype=torch.float32)},
}

_BY_STAGES: dict[str, Parts] = {
    "layers_skipped": {"layers": as_is},
    "last_layer_missing": {"layers": lambda hidden, layers: _all_layers(hidden, layers[:-1])},
    "last_layer_unused": {"layers": _last_unused},
    "shared_layer": {"layers": _repeated},
    "layers_reversed": {"layers": lambda hidden, layers: _all_layers(hidden, layers[::-1])},
    "layers_read_embedding": {
        "layers": lambda hidden, layers: [layer(hidden) for layer in layers][-1]
    },
    "first_row": {"row": lambda logits, prompt, length: logits[0]},
    "prompt_end_row": {"row": lambda logits, prompt, length: logits[min(len(prompt), length) - 1]},
    "second_last_row": {"row": lambda logits, prompt, length: logits[-2]},
    "mean_row": {"row": lambda logits, prompt, length: logits.mean(dim=0)},
    "softmax_skipped": {"softmax": as_is},
    "softmax_twice": {"softmax": lambda logits, softmax: softmax(softmax(logits))},
    "reselects_from_logits": {"select": _reselected},
    "argmax_in_place_of_selection": {
        "select": lambda distribution, logits, select: int(distribution.argmax())
    },
    "selects_twice": {"select": _selected_twice},
    "selects_for_print": {"select": _printed},
}

_BY_END: dict[str, Parts] = {
    "eos_not_appended": {"end": _without_eos, "eos": as_is, "stops": lambda g, e: g[-1] == e},
    "ignores_eos": {"eos": lambda eos_id: None},
    "eos_zero_is_absent": {"eos": lambda eos_id: eos_id or None},
    "eos_is_always_zero": {"eos": lambda eos_id: 0},
    "prompt_eos_stops": {"refuses": lambda prompt, eos_id: eos_id in prompt},
    "prompt_end_eos_stops": {"refuses": lambda prompt, eos_id: prompt[-1] == eos_id},
    "checks_previous_token": {"stops": lambda generated, eos_id: generated[-2:-1] == [eos_id]},
    "one_short": {"budget": lambda asked, prompt, length: asked - 1},
    "one_extra": {"budget": lambda asked, prompt, length: asked + 1},
    "one_at_least": {"budget": lambda asked, prompt, length: max(1, asked)},
    "total_budget": {"budget": lambda asked, prompt, length: asked - len(prompt)},
    "stops_when_window_is_full": {
        "budget": lambda asked, prompt, length: min(asked, length - len(prompt))
    },
    "returns_prompt": {"result": lambda generated, prompt: [*prompt, *generated]},
    "returns_last_token": {"result": lambda generated, prompt: generated[-1:]},
}

COMPOSITION = Composition(
    in_parts,
    right={
        "refuses": lambda prompt, eos_id: False,
        "budget": as_is,
        "join": lambda prompt, generated, length: [*prompt, *generated],
        "crop": lambda ids, length: ids[-length:],
        "kind": as_is,
        "layers": _all_layers,
        "row": lambda logits, prompt, length: logits[-1],
        "softmax": lambda logits, softmax: softmax(logits),
        "select": lambda distribution, logits, select: select(distribution),
        "eos": as_is,
        "stops": lambda generated, eos_id: generated[-1] == eos_id,
        "end": as_is,
        "result": as_is,
    },
    wrong={**_BY_INPUT, **_BY_STAGES, **_BY_END},
)
