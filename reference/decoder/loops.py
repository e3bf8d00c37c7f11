"""How a version of `generate` is played against what a student's `generate` did with its stages.

T time, d width, V vocabulary.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from grader.observed_calls import Observation, StageCall
from grader.subject.values import identical, numbers
from reference.decoder.generation import Stages

_AXES = {"stages.embed": 1, "stages.softmax": 1, "stages.select": 1}  # of what a stage gets; else 2


class GenerateLoop:
    """Stages that answer from a record, and what counts as the same call of one."""

    logits: tuple[str, ...] = ("output",)

    def arguments(self, seen: Observation, ask: Callable[[str, Any], Any]) -> list[Any]:
        """A copy of the prompt, stages that answer from the record, and the limits."""
        prompt, table, *limits = seen.arguments
        return [list(prompt), _stages(ask, len(table["layers"])), *limits]

    def same(self, call: StageCall, received: Any) -> bool:
        """The same content; a batch axis of one, and softmax over all rows, do not matter."""
        came, made = numbers(call.received), numbers(received)
        if came is None or made is None:
            return False
        if call.stage == "stages.embed" and came.are_whole != made.are_whole:
            return False  # the table takes ids alone for ids
        theirs, ours = came.array, made.array
        axes = _AXES.get(call.stage, 2)
        theirs, ours = _without_batch(theirs, axes), _without_batch(ours, axes)
        if call.stage in ("stages.softmax", "stages.select") and theirs.ndim > ours.ndim:
            theirs = theirs[-1]
        return theirs.shape == ours.shape and bool(np.allclose(theirs, ours, rtol=1e-5, atol=1e-7))

    def answer(self, call: StageCall, received: Any) -> torch.Tensor | int:
        """What went back, as a loop without batch axis gets it."""
        if isinstance(call.returned, int):
            return call.returned
        is_softmax = call.stage == "stages.softmax"
        array = _without_batch(call.returned, 1 if is_softmax else 2)
        if is_softmax:
            array = array[-1] if array.ndim > np.ndim(received) else array.reshape(received.shape)
        return torch.from_numpy(array.astype(np.float64))

    def sent(self, stage: str, received: Any) -> list[Any]:
        """Each stage takes one argument."""
        return [received]

    def left_alone(self, seen: Observation, arguments: Sequence[Any]) -> bool:
        """Whether the prompt afterwards is what it was in the record."""
        return seen.after is None or identical(list(seen.after[0]), arguments[0])


def _stages(ask: Callable[[str, Any], Any], n_layers: int) -> Stages:
    def stage(name: str) -> Callable[[Any], Any]:
        return lambda received: ask(name, received)

    return Stages(
        embed=stage("stages.embed"),
        layers=tuple(stage(f"stages.layers[{k}]") for k in range(n_layers)),
        output=stage("stages.output"),
        softmax=stage("stages.softmax"),
        select=stage("stages.select"),
    )


def _without_batch(array: Any, axes: int) -> Any:
    while array.ndim > axes and array.shape[0] == 1:
        array = array[0]
    return array
