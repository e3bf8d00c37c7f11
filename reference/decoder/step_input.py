"""Stage: what the model reads at one generation step."""

from collections.abc import Sequence


def step_input(prompt: Sequence[int], generated: Sequence[int], context_length: int) -> list[int]:
    """The last `context_length` (at least 1) ids of the prompt joined with the generated tokens."""
    return [*prompt, *generated][-context_length:]
