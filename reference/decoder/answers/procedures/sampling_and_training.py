"""Procedures around distributions: the sampler, log-probabilities, one training step.

Sampler: row temperature top_k softmax top_p renormalize draw; only of a mistaken program:
divide_probabilities softmax_again.
Log-probability: join run rows log_softmax pick sum; only of a mistaken program: generate divide.
Training step: shift forward loss clear backward update; only of a mistaken program: generate
last_position.

T time, V vocabulary.
"""

import math
import random
from typing import Any

import torch
from torch import Tensor

from grader.keys.procedure import Event, Procedure, State
from reference.decoder import (
    distribution,
    generation,
    likelihood,
    normalization,
    selection,
    softmax,
)
from reference.decoder.answers import trials

TEMPERATURE, TOP_K, TOP_P = 1.6, 6, 0.8
RATE = 0.1


def _set(name: str, compute: Any) -> Event:
    """An event that stores what `compute` makes of the state."""

    def event(state: State) -> None:
        state[name] = compute(state)

    return event


# Sampler


def _start_sampler(seed: int) -> State:
    draw = random.Random(seed)  # noqa: S311
    return {"logits": trials.normal(seed, 4, 9), "u": draw.random()}


def _top_k(scores: Tensor) -> Tensor:
    limit = scores.sort(descending=True).values[TOP_K - 1]
    return scores.masked_fill(scores < limit, -math.inf)


def _top_p(scores: Tensor) -> Tensor:
    order = scores.argsort(descending=True)
    before = scores[order].cumsum(0) - scores[order]
    return scores.masked_fill((before >= TOP_P)[order.argsort()], 0)


def _draw(state: State) -> None:
    state["drawn_from"] = state["row"]
    state["token"] = selection.select_token(state["row"], state["u"])


def _sampled(state: State) -> Any:
    logits = state["logits"][-1:]
    chances = distribution.next_token_distribution(logits, TEMPERATURE, TOP_K, TOP_P)[0]
    return chances, selection.select_token(chances, state["u"])


SAMPLER = Procedure(
    name="sampler",
    says="One draw with a temperature, top-k and top-p.",
    start=_start_sampler,
    events={
        "row": _set("row", lambda s: s["logits"][-1]),
        "temperature": _set("row", lambda s: s["row"] / TEMPERATURE),
        "top_k": _set("row", lambda s: _top_k(s["row"])),
        "softmax": _set("row", lambda s: softmax.softmax(s["row"])),
        "top_p": _set("row", lambda s: _top_p(s["row"])),
        "renormalize": _set("row", lambda s: s["row"] / s["row"].sum()),
        "draw": _draw,
        "divide_probabilities": _set("row", lambda s: s["row"] / TEMPERATURE),
        "softmax_again": _set("row", lambda s: softmax.softmax(s["row"])),
    },
    expected=_sampled,
    result=lambda s: (s["drawn_from"], s["token"]),
)


# Log-probability of a continuation


def _start_likelihood(seed: int) -> State:
    return {"model": trials.small_model(seed), "x": [3, 1, 4], "y": [1, 5, 9, 2]}


def _run(state: State) -> Tensor:
    logits: Tensor = state["model"](torch.tensor([state["joined"]]))[0]
    return logits


def _rows(state: State) -> Tensor:
    first = len(state["x"]) - 1
    rows: Tensor = state["rows"][first : first + len(state["y"])]
    return rows


def _pick(state: State) -> Tensor:
    picked: Tensor = state["rows"][torch.arange(len(state["y"])), state["y"]]
    return picked


def _greedy(state: State) -> list[int]:
    stages = state["model"].stages()
    return generation.generate(state["x"], stages, len(state["y"]), None, 16)


def _log_probability(state: State) -> float:
    logits = state["model"](torch.tensor([state["x"] + state["y"]]))[0]
    first = len(state["x"]) - 1
    return likelihood.sequence_log_probability(logits[first:-1], torch.tensor(state["y"]))


LOG_PROBABILITY = Procedure(
    name="log_probability",
    says="How probable a given continuation of a given prompt is.",
    start=_start_likelihood,
    events={
        "join": _set("joined", lambda s: [*s["x"], *s["y"]]),
        "run": _set("rows", _run),
        "rows": _set("rows", _rows),
        "log_softmax": _set("rows", lambda s: s["rows"].log_softmax(-1)),
        "pick": _set("picked", _pick),
        "sum": _set("sum", lambda s: float(s["picked"].sum())),
        "generate": _set("y", _greedy),
        "divide": _set("sum", lambda s: s["sum"] / len(s["y"])),
    },
    expected=_log_probability,
    result=lambda s: s["sum"],
)


# One training step


def _start_training(seed: int) -> State:
    """A model that still has the gradients of the step before."""
    model = trials.small_model(seed)
    weight = model.output_weight.requires_grad_(True)
    weight.grad = trials.normal(seed, *weight.shape)
    draw = torch.Generator().manual_seed(seed)
    return {"model": model, "tokens": torch.randint(11, (2, 6), generator=draw)}


def _shift(state: State) -> None:
    state["input"], state["targets"] = state["tokens"][:, :-1], state["tokens"][:, 1:]


def _loss(state: State) -> Tensor:
    logits, targets = state["logits"], state["targets"]
    if logits.shape[:2] != targets.shape:
        raise ValueError(f"there are logits of {logits.shape[1]} positions for the targets")
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _clear(state: State) -> None:
    state["model"].output_weight.grad = None


def _update(state: State) -> None:
    weight = state["model"].output_weight
    if weight.grad is None:
        raise ValueError("there is no gradient")
    with torch.no_grad():
        weight -= RATE * weight.grad


def _continuation(state: State) -> Tensor:
    """Instead of the text, what the model makes of its first token."""
    stages = state["model"].stages()
    rows = [generation.generate([int(row[0])], stages, 5, None, 16) for row in state["tokens"]]
    return torch.cat([state["tokens"][:, :1], torch.tensor(rows)], dim=1)


def _trained(state: State) -> Any:
    """The loss by the reference's log-probabilities, and one step against its gradient."""
    model, tokens = state["model"], state["tokens"]
    weight = model.output_weight.detach().clone().requires_grad_(True)
    model.output_weight.requires_grad_(False)
    logits = _hidden(state) @ weight
    log_probabilities = logits - logits.logsumexp(-1, keepdim=True)
    picked = log_probabilities.gather(-1, tokens[:, 1:].unsqueeze(-1))
    (gradient,) = torch.autograd.grad(-picked.mean(), weight)
    total = sum(
        likelihood.sequence_log_probability(rows.detach(), ids)
        for rows, ids in zip(logits, tokens[:, 1:], strict=True)
    )
    return -total / tokens[:, 1:].numel(), (weight - RATE * gradient).detach()


def _hidden(state: State) -> Tensor:
    """The normalized final hidden states of all positions but the last."""
    model = state["model"]
    kept: list[Tensor] = []
    for row in state["tokens"]:
        hidden = model.stages().embed(row[:-1].tolist())
        for layer in model.stages().layers:
            hidden = layer(hidden)
        kept.append(_final_norm(model, hidden))
    return torch.stack(kept)


def _final_norm(model: Any, hidden: Tensor) -> Tensor:
    return normalization.layer_norm(
        hidden, model.final_norm_gain, model.final_norm_bias, model.config.eps
    )


TRAINING_STEP = Procedure(
    name="training_step",
    says="One step of gradient descent on the output projection, after an earlier step.",
    start=_start_training,
    events={
        "shift": _shift,
        "forward": _set("logits", lambda s: s["model"](s["input"])),
        "loss": _set("loss", _loss),
        "clear": _clear,
        "backward": lambda s: s["loss"].backward(),
        "update": _update,
        "generate": _set("tokens", _continuation),
        "last_position": _set("logits", lambda s: s["logits"][:, -1:]),
    },
    expected=_trained,
    result=lambda s: (float(s["loss"].detach()), s["model"].output_weight.detach()),
)
