"""How a version of `train_step` is played against what a student's one did with its stages."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.observed_calls import Observation, StageCall, copied
from grader.subject.values import identical, numbers
from reference.training_objective.training_step import TrainingStages

_PARTS = ("zero", "forward", "loss", "backward", "clip", "step", "schedule")


class TrainStepLoop:
    """Stages that answer from a record, and what counts as the same call of one."""

    logits: tuple[str, ...] = ("forward",)

    def arguments(self, seen: Observation, ask: Callable[[str, Any], Any]) -> list[Any]:
        """A copy of the batches, stages that answer from the record, and the limits."""
        batches, _, *limits = seen.arguments

        def stage(name: str) -> Callable[..., Any]:
            return lambda *received: ask(f"stages.{name}", list(received))

        return [copied(batches), TrainingStages(**{n: stage(n) for n in _PARTS}), *limits]

    def sent(self, stage: str, received: Any) -> list[Any]:
        """A record has the list of arguments."""
        return list(received)

    def same(self, call: StageCall, received: Any) -> bool:
        """The same arguments but for rounding; whole numbers are no floats."""
        theirs = call.received
        if not isinstance(theirs, list) or len(theirs) != len(received):
            return False
        return all(map(_same, theirs, received))

    def answer(self, call: StageCall, received: Any) -> Any:
        """What went back; a stage that gives nothing is recorded as done, by True."""
        return None if call.returned is True else call.returned

    def left_alone(self, seen: Observation, arguments: Sequence[Any]) -> bool:
        """Whether the batches afterwards are what they were in the record."""
        return seen.after is None or identical(seen.after[0], arguments[0])


def _same(theirs: Any, ours: Any) -> bool:
    came, made = numbers(theirs), numbers(ours)
    if came is None or made is None or came.array.shape != made.array.shape:
        return False
    if came.array.ndim and came.are_whole != made.are_whole:
        return False
    return np.allclose(came.array, made.array, rtol=1e-5, atol=1e-7)
