"""Procedure: one training step on a batch that comes in two parts.

clear first second clip update schedule; only of a mistaken program: clear_between divide_by_parts.
"""

from typing import Any

import numpy as np
import torch

from grader.keys.procedure import Event, Procedure, State
from reference.training_objective import gradients, optimizer
from reference.training_objective.training_step import TrainingStages, train_step

_MAX_NORM = 1.0
_SETTINGS = (0.9, 0.99), 1e-8, 0.01  # betas, eps, decay


def _start(seed: int) -> State:
    """A weight that still has the gradient of the step before, and two parts of unequal size."""
    rng = np.random.default_rng(seed)
    parts = [(rng.normal(size=(n, 4)), rng.normal(size=n)) for n in (3, 8)]
    state: State = {"parts": parts, "weight": rng.normal(size=4), "grad": rng.normal(size=4)}
    return state | {"m": rng.normal(size=4), "v": rng.uniform(1, 2, size=4), "rate": _rate(3)}


def _rate(step: int) -> float:
    return optimizer.learning_rate(step, 0.5, 0.01, 2, 7)


def _slope(state: State, part: int) -> Any:
    """The gradient of the mean squared error of a part, in the weight."""
    x, y = state["parts"][part]
    return 2 * x.T @ (x @ state["weight"] - y) / len(y)


def _backward(part: int) -> Event:
    """Forward, loss and backward of a part, weighted by its share of the batch."""

    def event(state: State) -> None:
        sizes = [len(y) for _, y in state["parts"]]
        state["grad"] = state["grad"] + _slope(state, part) * sizes[part] / sum(sizes)

    return event


def _clear(state: State) -> None:
    state["grad"] = np.zeros(4)


def _divide(state: State) -> None:
    state["grad"] = state["grad"] / len(state["parts"])


def _clip(state: State) -> None:
    [state["grad"]] = gradients.clip_by_global_norm([state["grad"]], _MAX_NORM)


def _update(state: State) -> None:
    given = state["weight"], state["grad"], state["m"], state["v"], 3, state["rate"]
    state["weight"], state["m"], state["v"] = optimizer.adamw_step(*given, *_SETTINGS)


def _schedule(state: State) -> None:
    state["rate"] = _rate(4)


def _trained(state: State) -> Any:
    """The same by the reference's `train_step`."""
    running: list[int] = []  # the number of the part that the model reads

    def forward(inputs: Any) -> Any:
        running[:] = [int(inputs[0, 0])]
        return inputs

    stages = TrainingStages(
        zero=lambda: _clear(state),
        forward=forward,
        loss=lambda logits, targets: 1.0,
        backward=lambda loss: _add(state, running[0], loss),
        clip=lambda max_norm: _clip(state),
        step=lambda: _update(state),
        schedule=lambda: _schedule(state),
    )
    sizes = [len(y) for _, y in state["parts"]]
    batches = [[np.array([[part]]), np.zeros((1, n), int)] for part, n in enumerate(sizes)]
    train_step(batches, stages, _MAX_NORM, -100)
    return _result(state)


def _result(state: State) -> Any:
    return torch.from_numpy(state["weight"]), state["rate"]


def _add(state: State, part: int, share: float) -> None:
    state["grad"] = state["grad"] + _slope(state, part) * share


TRAINING_IN_PARTS = Procedure(
    name="training_in_parts",
    says="One step of AdamW on a batch in two parts, after an earlier step.",
    start=_start,
    events={
        "clear": _clear,
        "first": _backward(0),
        "second": _backward(1),
        "clip": _clip,
        "update": _update,
        "schedule": _schedule,
        "clear_between": _clear,
        "divide_by_parts": _divide,
    },
    expected=_trained,
    result=_result,
)
