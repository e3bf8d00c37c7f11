"""The parts of a right generation with a cache, from which the wrong ones are put together."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from reference.kv_cache.generation import CachedStages

Ids = Sequence[int]
Pass = tuple[Tensor, Any]  # logits and a cache
# What comes after a token was selected: the token, the cache, and all tokens generated so far.
Next = Callable[[int, Any, list[int]], Pass]


def generate_by(
    stages: CachedStages, start: Callable[[], Pass], go_on: Next, *, n: int, eos: int
) -> list[int]:
    """The tokens that are selected from the logits of `start`, then from those of `go_on`."""
    generated: list[int] = []
    if n <= 0:
        return generated
    logits, cache = start()
    while True:
        token = stages.select(logits)
        generated.append(token)
        if token == eos or len(generated) >= n:
            return generated
        logits, cache = go_on(token, cache, generated)


class Window:
    """How a right generation goes on: a decode while the cache has room, else a prefill."""

    def __init__(self, prompt: Ids, stages: CachedStages, context_length: int) -> None:
        self._prompt, self._stages, self._length = list(prompt), stages, context_length
        self._held = min(len(self._prompt), context_length)

    def start(self) -> Pass:
        """The prefill of the prompt, or of the end of it that fits."""
        return self._stages.prefill(self._prompt[-self._length :])

    def go_on(self, token: int, cache: Any, generated: list[int]) -> Pass:
        """The pass after a token."""
        if self.is_full:
            return self._stages.prefill([*self._prompt, *generated][-self._length :])
        self._held += 1
        return self._stages.decode(token, cache)

    @property
    def is_full(self) -> bool:
        """Whether the cache has no room for another position."""
        return self._held >= self._length

    def refilled(self, held: int) -> None:
        """Tell that the cache holds so many positions after a prefill of another kind."""
        self._held = held
