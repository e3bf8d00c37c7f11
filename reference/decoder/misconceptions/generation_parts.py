"""The parts of a right generation loop, from which the wrong ones are put together.

T time, d width, V vocabulary.
"""

from collections.abc import Callable, Sequence

from torch import Tensor

from reference.decoder.generation import Stages

Ids = Sequence[int]


def final_hidden(ids: Ids, stages: Stages) -> Tensor:
    """The hidden states after the last decoder layer, (T, d)."""
    hidden = stages.embed(ids)
    for layer in stages.layers:
        hidden = layer(hidden)
    return hidden


def logits_of(ids: Ids, stages: Stages) -> Tensor:
    """The logits at every position, (T, V)."""
    return stages.output(final_hidden(ids, stages))


def choose(logits: Tensor, stages: Stages) -> int:
    """A token by the logits of one position, (V,)."""
    return stages.select(stages.softmax(logits))


def next_token(ids: Ids, stages: Stages) -> int:
    """One right generation step on the given step input."""
    return choose(logits_of(ids, stages)[-1], stages)


def generate_by(step: Callable[[Ids], int], max_new_tokens: int, eos_id: int | None) -> list[int]:
    """The tokens that `step` gives, one after the other; it is told those generated so far."""
    generated: list[int] = []
    while len(generated) < max_new_tokens:
        token = step(generated)
        generated.append(token)
        if token == eos_id:
            break
    return generated
