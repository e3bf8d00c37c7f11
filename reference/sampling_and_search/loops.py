"""How a version of `beam_search` is played against what a student's one did with its stages."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.observed_calls import Observation, StageCall
from grader.subject.values import answer_numbers, identical
from reference.sampling_and_search.beams import SearchStages


class BeamSearchLoop:
    """Stages that answer from a record, and what counts as the same call of one."""

    logits: tuple[str, ...] = ("log_probs",)

    def arguments(self, seen: Observation, ask: Callable[[str, Any], Any]) -> list[Any]:
        """A copy of the prompt, stages that answer from the record, and the limits."""
        prompt, _, *limits = seen.arguments
        stages = SearchStages(log_probs=lambda received: ask("stages.log_probs", [received]))
        return [list(prompt), stages, *limits]

    def sent(self, stage: str, received: Any) -> list[Any]:
        """A record has the list of arguments."""
        return list(received)

    def same(self, call: StageCall, received: Any) -> bool:
        """The same sequences, in the same order."""
        came, made = answer_numbers(call.received), answer_numbers(received)
        if came is None or made is None or came.form != made.form:
            return False
        return came.array.shape == made.array.shape and bool((came.array == made.array).all())

    def answer(self, call: StageCall, received: Any) -> Any:
        """The log-probabilities."""
        return np.asarray(call.returned)

    def left_alone(self, seen: Observation, arguments: Sequence[Any]) -> bool:
        """Whether the prompt afterwards is what it was in the record."""
        return seen.after is None or identical(list(seen.after[0]), arguments[0])
