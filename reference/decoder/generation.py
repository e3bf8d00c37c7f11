"""The generation loop: how the stages make text, one token at a time.

T time, d width, V vocabulary; one sequence, so no batch axis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from reference.decoder.step_input import step_input


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages of one generation step, as callables.

    `dataclasses.replace` changes one of them, for example to sample instead of being greedy.
    """

    embed: Callable[[Sequence[int]], Tensor]  # T ids -> (T, d)
    layers: Sequence[Callable[[Tensor], Tensor]]  # each (T, d) -> (T, d), first layer first
    output: Callable[[Tensor], Tensor]  # (T, d) -> logits (T, V)
    softmax: Callable[[Tensor], Tensor]  # logits (V,) -> distribution (V,)
    select: Callable[[Tensor], int]  # distribution (V,) -> token id


def generate(
    prompt: Sequence[int],
    stages: Stages,
    max_new_tokens: int,
    eos_id: int | None,
    context_length: int,
) -> list[int]:
    """The generated tokens alone, with the end-of-sequence token if it was generated.

    Args:
        prompt: at least one id.
        stages: what computes each step.
        max_new_tokens: the loop ends after this many tokens.
        eos_id: the loop ends after this token was generated; in the prompt it ends nothing.
            None never ends the loop.
        context_length: the model reads at most this many of the latest ids.
    """
    generated: list[int] = []
    while len(generated) < max_new_tokens:
        hidden = stages.embed(step_input(prompt, generated, context_length))  # (T, d)
        for layer in stages.layers:
            hidden = layer(hidden)
        logits = stages.output(hidden)  # (T, V)
        token = stages.select(stages.softmax(logits[-1]))
        generated.append(token)
        if token == eos_id:
            break
    return generated
