"""Procedures around the generation loop: one token, two tokens, and one turn of the loop.

One token: join crop embed layers norm project softmax select append, with look_up_tokens
look_up_positions add as the parts of embed; only of a mistaken program: update_weights.
Two tokens: embed_prompt first_distribution select_first append_first embed_longer
second_distribution select_second; only of a mistaken program: embed_prompt_again.
One turn: check_budget take_input forward select append check_eos; only of a mistaken program:
check_prompt_eos drop_eos.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from grader.keys.procedure import Event, Procedure, State
from reference.decoder import generation, normalization, selection, softmax, step_input
from reference.decoder.answers import trials

CONTEXT = 5


# One generated token


def _start_token(seed: int) -> State:
    model = trials.small_model(seed, context_length=CONTEXT)
    return {"model": model, "prompt": [3, 1, 4, 1], "generated": [5, 9], "weights": 1.0}


def _join(state: State) -> None:
    state["ids"] = [*state["prompt"], *state["generated"]]


def _crop(state: State) -> None:
    state["ids"] = state["ids"][-CONTEXT:]


def _embed(state: State) -> None:
    state["hidden"] = state["model"].stages().embed(state["ids"])


def _look_up_tokens(state: State) -> None:
    state["tokens"] = state["model"].token_embedding[state["ids"]]


def _look_up_positions(state: State) -> None:
    state["positions"] = state["model"].position_embedding[list(range(len(state["ids"])))]


def _add(state: State) -> None:
    state["hidden"] = state["tokens"] + state["positions"]


def _layers(state: State) -> None:
    for layer in state["model"].stages().layers:
        state["hidden"] = layer(state["hidden"])


def _norm(state: State) -> None:
    model = state["model"]
    state["hidden"] = normalization.layer_norm(
        state["hidden"], model.final_norm_gain, model.final_norm_bias, model.config.eps
    )


def _project(state: State) -> None:
    state["logits"] = state["hidden"] @ state["model"].output_weight


def _softmax(state: State) -> None:
    state["distribution"] = softmax.softmax(state["logits"][-1])


def _select(state: State) -> None:
    state["token"] = selection.select_token(state["distribution"])


def _append(state: State) -> None:
    state["generated"] = [*state["generated"], state["token"]]


def _update_weights(state: State) -> None:
    state["weights"] += 0.1 * (1 + state["token"])


def _one_token(state: State) -> Any:
    """The reference reads the tokens so far, and selects one more."""
    tokens = [*state["prompt"], *state["generated"]]
    seen = trials.run(
        generation.generate, state["model"].stages(), tokens, tokens=1, context_length=CONTEXT
    )
    return [*state["generated"], *seen.tokens], seen.inputs[0], seen.distributions[0], 1.0


def _observed_token(state: State) -> list[str]:
    """The stages of one recorded step; the output stage is a norm and a projection."""
    seen = trials.run(generation.generate, state["model"].stages(), [3, 1], tokens=1)
    names = {"layer": ["layers"], "output": ["norm", "project"]}
    order = [name for call in seen.trace.calls for name in names.get(call.stage, [call.stage])]
    return list(dict.fromkeys(order))


ONE_TOKEN = Procedure(
    name="one_generated_token",
    says="One more token after a prompt and two generated ones, in a full window.",
    start=_start_token,
    events={
        "join": _join,
        "crop": _crop,
        "embed": _embed,
        "look_up_tokens": _look_up_tokens,
        "look_up_positions": _look_up_positions,
        "add": _add,
        "layers": _layers,
        "norm": _norm,
        "project": _project,
        "softmax": _softmax,
        "select": _select,
        "append": _append,
        "update_weights": _update_weights,
    },
    expected=_one_token,
    result=lambda s: (s["generated"], s["ids"], s["distribution"], s["weights"]),
    observed=_observed_token,
    letters=lambda s: {
        "T": CONTEXT,
        "d": s["model"].config.width,
        "V": s["model"].config.vocabulary_size,
    },
)


# Two tokens


def _start_two(seed: int) -> State:
    model = trials.small_model(seed)
    return {"model": model, "prompt": [3, 1, 4], "generated": [], "read": [], "given": []}


def _embed_ids(state: State, ids: list[int]) -> None:
    state["read"] = [*state["read"], ids]
    state["hidden"] = state["model"].stages().embed(ids)


def _distribution(state: State) -> None:
    hidden = state["hidden"]
    for layer in state["model"].stages().layers:
        hidden = layer(hidden)
    state["distribution"] = softmax.softmax(state["model"].output(hidden)[-1])
    state["given"] = [*state["given"], state["distribution"]]


def _select_as(name: str) -> Event:
    def select(state: State) -> None:
        state[name] = selection.select_token(state["distribution"])

    return select


def _append_first(state: State) -> None:
    state["generated"] = [*state["generated"], state["first"]]


def _two_tokens(state: State) -> Any:
    seen = trials.run(generation.generate, state["model"].stages(), state["prompt"], tokens=2)
    return *seen.tokens, seen.inputs, seen.distributions


TWO_TOKENS = Procedure(
    name="two_generated_tokens",
    says="The first two tokens after a prompt, without a cache.",
    start=_start_two,
    events={
        "embed_prompt": lambda s: _embed_ids(s, s["prompt"]),
        "first_distribution": _distribution,
        "select_first": _select_as("first"),
        "append_first": _append_first,
        "embed_longer": lambda s: _embed_ids(s, [*s["prompt"], *s["generated"]]),
        "second_distribution": _distribution,
        "select_second": _select_as("second"),
        "embed_prompt_again": lambda s: _embed_ids(s, s["prompt"]),
    },
    expected=_two_tokens,
    result=lambda s: (s["first"], s["second"], s["read"], s["given"]),
)


# One turn of the loop

EOS = 0
MOST_TURNS = 20
# Prompt, tokens that are selected in turn, limit of new tokens.
SCENES = (
    ([3, 1], [4, 5], 0),
    ([3, 1], [4, EOS, 6, 7], 4),
    ([EOS, 1], [4, 5, 6, 7], 3),
    ([3, 1, EOS], [4, EOS], 6),
)


class _LoopStop(Exception):
    """The loop ends."""


def _plan(name: str) -> Event:
    """The event of a turn is noted; the loop runs when all parts of its turn are known."""

    def note(state: State) -> None:
        state["turn"] = [*state["turn"], name]

    return note


def _check_budget(state: State) -> None:
    if len(state["generated"]) >= state["limit"]:
        raise _LoopStop


def _take_input(state: State) -> None:
    state["ids"] = step_input.step_input(state["prompt"], state["generated"], CONTEXT)
    state["taken"] = [*state["taken"], state["ids"]]


def _forward(state: State) -> None:
    state["distribution"] = state["model"].stages().embed(state["ids"]).sum()
    state["passes"] += 1


def _select_scripted(state: State) -> None:
    if not isinstance(state["distribution"], Tensor):
        raise TypeError("there is no distribution")
    state["token"] = state["script"][len(state["generated"])]


def _append_token(state: State) -> None:
    state["generated"] = [*state["generated"], state["token"]]


def _check_eos(state: State) -> None:
    if state["generated"][-1] == EOS:
        raise _LoopStop


def _check_prompt_eos(state: State) -> None:
    if EOS in state["prompt"]:
        raise _LoopStop


def _drop_eos(state: State) -> None:
    state["generated"] = [token for token in state["generated"] if token != EOS]


_TURN: dict[str, Event] = {
    "check_budget": _check_budget,
    "take_input": _take_input,
    "forward": _forward,
    "select": _select_scripted,
    "append": _append_token,
    "check_eos": _check_eos,
    "check_prompt_eos": _check_prompt_eos,
    "drop_eos": _drop_eos,
}


def _play(state: State) -> Any:
    """The loop with this turn, in every scene: tokens, step inputs, forward passes."""
    return [_scene(state, *scene) for scene in SCENES]


def _scene(state: State, prompt: list[int], script: list[int], limit: int) -> Any:
    kept = {"prompt": prompt, "script": script, "limit": limit, "model": state["model"]}
    now: State = {**kept, "generated": [], "taken": [], "passes": 0}
    for _ in range(MOST_TURNS):
        now = {name: now[name] for name in (*kept, "generated", "taken", "passes")}
        try:
            for name in state["turn"]:
                _TURN[name](now)
        except _LoopStop:
            break
    return now["generated"], now["taken"], now["passes"]


def _played(state: State) -> Any:
    """The same scenes by the reference."""
    return [_reference_scene(state, *scene) for scene in SCENES]


def _reference_scene(state: State, prompt: list[int], script: list[int], limit: int) -> Any:
    taken: list[list[int]] = []
    compute: Callable[..., list[int]] = step_input.step_input

    def recorded(*given: Any) -> list[int]:
        taken.append(compute(*given))
        return taken[-1]

    stages = trials.forcing(state["model"].stages(), script)
    with trials.replaced(step_input=recorded):
        seen = trials.run(
            generation.generate, stages, prompt, tokens=limit, eos_id=EOS, context_length=CONTEXT
        )
    return seen.tokens, taken, len(seen.inputs)


LOOP_TURN = Procedure(
    name="loop_turn",
    says="The loop runs with these parts as its turn: no budget, EOS selected, EOS in the prompt.",
    start=lambda seed: {"model": trials.small_model(seed, context_length=CONTEXT), "turn": []},
    events={name: _plan(name) for name in _TURN},
    expected=_played,
    result=_play,
)
