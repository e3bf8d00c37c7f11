"""Procedures inside the model: embedding, attention, one pre-norm layer, softmax.

Ids to layers: crop look_up_tokens look_up_positions add first_layer second_layer; only of a
mistaken program: add_positions_again multiply.
Attention: queries_keys values scores scale mask softmax weighted_sum output; only of a mistaken
program: zero_weights zero_values.
Pre-norm layer: first_norm attention first_addition second_norm feed_forward second_addition; only
of a mistaken program: norm_at_end.
Softmax: largest subtract exponential total divide; only of a mistaken program: clip ratio.

T time, d width, h heads, D = d / h width of a head.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.keys.procedure import Event, Procedure, State
from reference.decoder import (
    attention,
    decoder_layer,
    decoder_stack,
    embedding,
    feed_forward,
    normalization,
    softmax,
    step_input,
)
from reference.decoder.answers import trials

HEADS, EPS = trials.CONFIG.n_heads, trials.CONFIG.eps
CONTEXT = 5


def _set(name: str, compute: Any) -> Event:
    """An event that stores what `compute` makes of the state."""

    def event(state: State) -> None:
        state[name] = compute(state)

    return event


# Ids to layers


def _positions(state: State) -> Tensor:
    rows: Tensor = state["model"].position_embedding[torch.arange(len(state["ids"]))]
    return rows


def _layer(state: State, number: int) -> Tensor:
    weights = state["model"].weights["layers"][number]
    return decoder_layer.decoder_layer(state["hidden"], weights, HEADS, EPS)


def _through_layers(state: State) -> Tensor:
    model = state["model"]
    ids = torch.tensor(step_input.step_input(state["ids"], [], CONTEXT))
    hidden = embedding.embed(ids, model.token_embedding, model.position_embedding)
    return decoder_stack.decoder_stack(hidden, model.weights["layers"], HEADS, EPS)


IDS_TO_LAYERS = Procedure(
    name="ids_to_layers",
    says="More ids than the window holds, up to the result of the second layer.",
    start=lambda seed: {
        "model": trials.small_model(seed, context_length=CONTEXT),
        "ids": [3, 1, 4, 1, 5, 9, 2],
        "layers": 0,
    },
    events={
        "crop": _set("ids", lambda s: s["ids"][-CONTEXT:]),
        "look_up_tokens": _set("tokens", lambda s: s["model"].token_embedding[s["ids"]]),
        "look_up_positions": _set("positions", _positions),
        "add": _set("hidden", lambda s: s["tokens"] + s["positions"]),
        "first_layer": _set("hidden", lambda s: _layer(s, 0)),
        "second_layer": _set("hidden", lambda s: _layer(s, 1)),
        "add_positions_again": _set("hidden", lambda s: s["hidden"] + s["positions"]),
        "multiply": _set("tokens", lambda s: s["tokens"] * s["positions"]),
    },
    expected=_through_layers,
    result=lambda s: s["hidden"],
)


# Attention


def _start_attention(seed: int) -> State:
    model = trials.small_model(seed)
    x = trials.normal(seed, 5, trials.CONFIG.width)
    return {"x": x, "weights": model.weights["layers"][0]["attention"]}


def _heads(state: State, name: str) -> Tensor:
    projected: Tensor = state["x"] @ state["weights"][name] + state["weights"][f"{name}_bias"]
    return projected.reshape(len(projected), HEADS, -1).transpose(0, 1)  # (h, T, D)


def _queries_keys(state: State) -> None:
    state["queries"], state["keys"] = _heads(state, "query"), _heads(state, "key")


def _later(scores: Tensor) -> Tensor:
    return torch.ones_like(scores, dtype=torch.bool).triu(1)


def _zero_values(state: State) -> Tensor:
    values: Tensor = state["values"].clone()
    values[:, values.shape[1] // 2 :] = 0
    return values


def _output(state: State) -> Tensor:
    joined = state["mixed"].transpose(0, 1).flatten(-2)  # (T, d)
    result: Tensor = joined @ state["weights"]["output"] + state["weights"]["output_bias"]
    return result


ATTENTION = Procedure(
    name="attention",
    says="Causal multi-head self-attention over five positions.",
    start=_start_attention,
    events={
        "queries_keys": _queries_keys,
        "values": _set("values", lambda s: _heads(s, "value")),
        "scores": _set("scores", lambda s: s["queries"] @ s["keys"].transpose(-2, -1)),
        "scale": _set("scores", lambda s: s["scores"] / math.sqrt(s["queries"].shape[-1])),
        "mask": _set("scores", lambda s: s["scores"].masked_fill(_later(s["scores"]), -math.inf)),
        "softmax": _set("scores", lambda s: softmax.softmax(s["scores"])),
        "weighted_sum": _set("mixed", lambda s: s["scores"] @ s["values"]),
        "output": _set("result", _output),
        "zero_weights": _set("scores", lambda s: s["scores"].masked_fill(_later(s["scores"]), 0)),
        "zero_values": _set("values", _zero_values),
    },
    expected=lambda s: attention.self_attention(s["x"], s["weights"], HEADS),
    result=lambda s: s["result"],
)


# One pre-norm layer


def _start_layer(seed: int) -> State:
    model = trials.small_model(seed)
    return {"x": trials.normal(seed, 5, trials.CONFIG.width), "weights": model.weights["layers"][0]}


def _norm(state: State, which: str) -> Tensor:
    weights = state["weights"]
    return normalization.layer_norm(
        state["x"], weights[f"{which}_norm_gain"], weights[f"{which}_norm_bias"], EPS
    )


def _attend(state: State) -> Tensor:
    return attention.self_attention(state["branch"], state["weights"]["attention"], HEADS)


def _feed(state: State) -> Tensor:
    return feed_forward.feed_forward(state["branch"], state["weights"]["feed_forward"])


def _observed_layer(state: State) -> list[str]:
    """The order in which the reference calls the parts of a layer."""
    seen: list[str] = []
    parts: dict[str, Callable[..., Tensor]] = {
        "layer_norm": normalization.layer_norm,
        "self_attention": attention.self_attention,
        "feed_forward": feed_forward.feed_forward,
    }

    def recorded(name: str) -> Any:
        def call(*given: Any) -> Any:
            seen.append(name)
            return parts[name](*given)

        return call

    with trials.replaced(**{name: recorded(name) for name in parts}):
        decoder_layer.decoder_layer(state["x"], state["weights"], HEADS, EPS)
    names = {"self_attention": "attention"}
    norms = iter(("first_norm", "second_norm", "norm_at_end"))
    return [next(norms) if name == "layer_norm" else names.get(name, name) for name in seen]


PRE_NORM_LAYER = Procedure(
    name="pre_norm_layer",
    says="One decoder layer over five positions.",
    start=_start_layer,
    events={
        "first_norm": _set("branch", lambda s: _norm(s, "attention")),
        "attention": _set("branch", _attend),
        "first_addition": _set("x", lambda s: s["x"] + s["branch"]),
        "second_norm": _set("branch", lambda s: _norm(s, "feed_forward")),
        "feed_forward": _set("branch", _feed),
        "second_addition": _set("x", lambda s: s["x"] + s["branch"]),
        "norm_at_end": _set("x", lambda s: _norm(s, "feed_forward")),
    },
    expected=lambda s: decoder_layer.decoder_layer(s["x"], s["weights"], HEADS, EPS),
    result=lambda s: s["x"],
    observed=_observed_layer,
)


# Softmax

SOFTMAX = Procedure(
    name="stable_softmax",
    says="One row of logits, some of them far above what exp can take.",
    start=lambda seed: {"row": trials.normal(seed, 6) * 3 + 900},
    events={
        "largest": _set("largest", lambda s: s["row"].amax()),
        "subtract": _set("row", lambda s: s["row"] - s["largest"]),
        "exponential": _set("row", lambda s: s["row"].exp()),
        "total": _set("total", lambda s: s["row"].sum()),
        "divide": _set("row", lambda s: s["row"] / s["total"]),
        "clip": _set("row", lambda s: s["row"].clamp(min=0)),
        "ratio": _set("row", lambda s: s["row"] / s["row"].sum()),
    },
    expected=lambda s: softmax.softmax(s["row"]),
    result=lambda s: s["row"],
)
