"""The procedure of generation with a KV cache, on a model of one layer.

Events: prefill store select_first feed extend attend select_second; only of a mistaken program:
rerun store_queries.

n positions, h heads, D width of a head, d width.
"""

import math
from typing import Any

import torch
from torch import Tensor

from grader.keys.procedure import Procedure, State
from reference.decoder import attention, feed_forward, generation, normalization, selection, softmax
from reference.decoder.answers import trials

HEADS, EPS = trials.CONFIG.n_heads, trials.CONFIG.eps


def _start(seed: int) -> State:
    model = trials.small_model(seed, n_layers=1)
    return {"model": model, "prompt": [3, 1, 4, 1], "positions_run": []}


def _project(state: State, ids: list[int], first: int) -> dict[str, Tensor]:
    """Hidden states (n, d) of new tokens, and their queries, keys and values (h, n, D)."""
    model = state["model"]
    layer = model.weights["layers"][0]
    x = model.token_embedding[ids] + model.position_embedding[first : first + len(ids)]
    normed = normalization.layer_norm(
        x, layer["attention_norm_gain"], layer["attention_norm_bias"], EPS
    )
    state["positions_run"] = [*state["positions_run"], len(ids)]
    made = {"x": x}
    for name in ("query", "key", "value"):
        weights = layer["attention"]
        projected = normed @ weights[name] + weights[f"{name}_bias"]
        made[name] = projected.reshape(len(ids), HEADS, -1).transpose(0, 1)
    return made


def _logits(state: State, x: Tensor, mixed: Tensor) -> Tensor:
    """The rest of the model, from the heads' mixed values (h, n, D)."""
    model = state["model"]
    layer = model.weights["layers"][0]
    weights = layer["attention"]
    x = x + mixed.transpose(0, 1).flatten(-2) @ weights["output"] + weights["output_bias"]
    gain, bias = layer["feed_forward_norm_gain"], layer["feed_forward_norm_bias"]
    normed = normalization.layer_norm(x, gain, bias, EPS)
    logits: Tensor = model.output(x + feed_forward.feed_forward(normed, layer["feed_forward"]))
    return logits


def _prefill(state: State) -> None:
    made = state["prefilled"] = _project(state, state["prompt"], 0)
    mixed = attention.attention_weights(made["query"], made["key"]) @ made["value"]
    state["logits"] = _logits(state, made["x"], mixed)


def _store(state: State) -> None:
    state["cache"] = {name: state["prefilled"][name] for name in ("key", "value")}


def _store_queries(state: State) -> None:
    state["cache"] = {**state["cache"], "query": state["prefilled"]["query"]}


def _select_first(state: State) -> None:
    state["first"] = selection.select_token(softmax.softmax(state["logits"][-1]))


def _feed(state: State) -> None:
    state["new"] = _project(state, [state["first"]], len(state["prompt"]))


def _extend(state: State) -> None:
    cache, made = state["cache"], state["new"]
    state["cache"] = {name: torch.cat([cache[name], made[name]], dim=1) for name in cache}


def _attend(state: State) -> None:
    query, cache = state["new"]["query"], state["cache"]
    scores = query @ cache["key"].transpose(-2, -1) / math.sqrt(query.shape[-1])  # (h, 1, n)
    mixed = softmax.softmax(scores) @ cache["value"]
    state["logits"] = _logits(state, state["new"]["x"], mixed)


def _select_second(state: State) -> None:
    state["second"] = selection.select_token(softmax.softmax(state["logits"][-1]))


def _rerun(state: State) -> None:
    made = _project(state, [*state["prompt"], state["first"]], 0)
    mixed = attention.attention_weights(made["query"], made["key"]) @ made["value"]
    state["logits"] = _logits(state, made["x"], mixed)


def _expected(state: State) -> Any:
    """Two tokens and the last logits without a cache, and the keys and values of a full pass."""
    prompt = list(state["prompt"])
    seen = trials.run(generation.generate, state["model"].stages(), prompt, tokens=2)
    full = _project(state, [*prompt, seen.tokens[0]], 0)
    cache = {name: full[name] for name in ("key", "value")}
    return seen.tokens, seen.distributions[1], cache, [len(prompt), 1]


CACHED_GENERATION = Procedure(
    name="cached_generation",
    says="Two tokens with a KV cache; the reference makes them without one.",
    start=_start,
    events={
        "prefill": _prefill,
        "store": _store,
        "select_first": _select_first,
        "feed": _feed,
        "extend": _extend,
        "attend": _attend,
        "select_second": _select_second,
        "rerun": _rerun,
        "store_queries": _store_queries,
    },
    expected=_expected,
    result=lambda s: (
        [s["first"], s["second"]],
        softmax.softmax(s["logits"][-1]),
        s["cache"],
        s["positions_run"],
    ),
)
