"""How a version of `generate` is played against what a student's method did with its model."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from grader.observed_calls import Observation, StageCall
from grader.subject.values import numbers

_FORWARD, _SELECT = "stages.forward", "stages.select"


class RecordedModel:
    """A model that answers from a record, and has the mode that it would have.

    Args:
        config: that of the model.
        training: its mode at first.
        ask: answers a forward pass.
    """

    def __init__(
        self, config: dict[str, Any], *, training: bool, ask: Callable[[str, Any], Any]
    ) -> None:
        self.config = config
        self.training = training
        self._ask = ask

    def __call__(self, token_ids: Any) -> Any:
        return self._ask(_FORWARD, [token_ids, self.training])

    def train(self, mode: bool = True) -> None:
        self.training = mode

    def eval(self) -> None:
        self.training = False


class MethodLoop:
    """A model that answers from a record, and what counts as the same call of it."""

    logits: tuple[str, ...] = ("forward",)

    def arguments(self, seen: Observation, ask: Callable[[str, Any], Any]) -> list[Any]:
        """The model as it was, a copy of the prompts, `select`, and the limit."""
        (config, steps), token_ids, _, *limits = seen.arguments
        training = True
        for path, arguments, _ in steps:
            if path in ("eval", "train"):
                training = path == "train" and (arguments or [True])[0]
        stages = SimpleNamespace(select=lambda logits: ask(_SELECT, [logits]))
        model = RecordedModel(config, training=training, ask=ask)
        return [model, torch.tensor(token_ids), stages, *limits]

    def sent(self, stage: str, received: Any) -> list[Any]:
        """A record has the list of arguments."""
        return list(received)

    def same(self, call: StageCall, received: Any) -> bool:
        """The same ids in the same mode, or logits that are equal but for rounding."""
        theirs = call.received
        if not isinstance(theirs, list) or len(theirs) != len(received):
            return False
        return all(map(_same, theirs, received))

    def answer(self, call: StageCall, received: Any) -> Any:
        """What went back: logits, or the chosen ids."""
        returned = np.asarray(call.returned)
        return torch.from_numpy(returned.astype(np.float64 if returned.dtype.kind == "f" else int))

    def left_alone(self, seen: Observation, arguments: Sequence[Any]) -> bool:
        """Nothing comes back but the answer."""
        return True


def _same(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return theirs is ours
    came, made = numbers(theirs), numbers(ours)
    if came is None or made is None or came.array.shape != made.array.shape:
        return False
    if came.are_whole != made.are_whole:
        return False
    return np.allclose(came.array, made.array, rtol=1e-5, atol=1e-7)
