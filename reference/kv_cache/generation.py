"""Stage: generation with a cache. The prompt is read once, and then one token a step.

V vocabulary; one sequence, so no batch axis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

Ticket = Any  # stands for a cache; it is handed on and never looked into


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedStages:
    """The stages of a cached generation, as callables."""

    prefill: Callable[[Sequence[int]], tuple[Tensor, Ticket]]  # T ids -> logits (V,), a cache
    decode: Callable[[int, Ticket], tuple[Tensor, Ticket]]  # a token after a cache -> the same
    select: Callable[[Tensor], int]  # logits (V,) -> token id


def generate_cached(
    prompt: Sequence[int],
    stages: CachedStages,
    max_new_tokens: int,
    eos_id: int,
    context_length: int,
) -> list[int]:
    """The generated tokens alone, with the end-of-sequence token if it was generated.

    When the cache holds `context_length` positions, the latest ids that fit are read again by a
    prefill: a position embedding belongs to a place in the window, so keys cannot move along.
    """
    generated: list[int] = []
    if max_new_tokens <= 0:
        return generated
    logits, cache = stages.prefill(list(prompt[-context_length:]))
    held = min(len(prompt), context_length)
    while True:
        token = stages.select(logits)
        generated.append(token)
        if token == eos_id or len(generated) == max_new_tokens:
            return generated
        if held < context_length:
            logits, cache = stages.decode(token, cache)
            held += 1
        else:
            logits, cache = stages.prefill([*prompt, *generated][-context_length:])
