"""How a version of `generate_cached` is played against what a student's did with its stages."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from grader.observed_calls import Observation, StageCall
from grader.subject.values import identical, numbers
from reference.kv_cache.generation import CachedStages

_LOGITS, _DECODE = "stages.select", "stages.decode"


class CachedLoop:
    """Stages that answer from a record, and what counts as the same call of one."""

    logits: tuple[str, ...] = ("prefill", "decode")

    def arguments(self, seen: Observation, ask: Callable[[str, Any], Any]) -> list[Any]:
        """A copy of the prompt, stages that answer from the record, and the limits."""
        prompt, _, *limits = seen.arguments
        stages = CachedStages(
            prefill=lambda ids: ask("stages.prefill", ids),
            decode=lambda token, cache: ask(_DECODE, [token, cache]),
            select=lambda logits: ask(_LOGITS, logits),
        )
        return [list(prompt), stages, *limits]

    def same(self, call: StageCall, received: Any) -> bool:
        """The same ids, the same token and cache, or logits that are equal but for rounding."""
        theirs, ours = numbers(call.received), numbers(received)
        if theirs is None or ours is None or theirs.are_whole != ours.are_whole:
            return False
        one, other = theirs.array.squeeze(), ours.array.squeeze()
        return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-5, atol=1e-7))

    def answer(self, call: StageCall, received: Any) -> Any:
        """What went back: a token, or logits and a cache."""
        if isinstance(call.returned, int):
            return call.returned
        logits, ticket = call.returned
        return torch.from_numpy(logits.astype(np.float64)), ticket

    def sent(self, stage: str, received: Any) -> list[Any]:
        """Decode takes a token and a cache, the others one argument."""
        return list(received) if stage == _DECODE else [received]

    def left_alone(self, seen: Observation, arguments: Sequence[Any]) -> bool:
        """Whether the prompt afterwards is what it was in the record."""
        return seen.after is None or identical(list(seen.after[0]), arguments[0])
