"""All misconceptions and equivalents, stage by stage.

Example:
    for entry in of_stage("attention_weights"):
        print(entry.id, entry.says)
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions import (
    attention_heads,
    attention_projections,
    attention_scores,
    decoder_layer,
    decoder_stack,
    distribution_filters,
    distribution_temperature,
    embedding,
    feed_forward,
    generation_end,
    generation_flow,
    generation_input,
    likelihood,
    normalization,
    output,
    selection,
    softmax,
    step_input,
)
from reference.decoder.misconceptions.record import (
    Equivalent,
    Misconception,
    equivalent,
    equivalents_by_id,
    misconception,
    misconceptions_by_id,
)

__all__ = [
    "MODULES",
    "Equivalent",
    "Misconception",
    "equivalent",
    "equivalents",
    "find",
    "misconception",
    "misconceptions",
    "of_stage",
]

# Importing a module records what stands in it.
MODULES: tuple[ModuleType, ...] = (
    step_input,
    embedding,
    normalization,
    softmax,
    attention_scores,
    attention_projections,
    attention_heads,
    feed_forward,
    decoder_layer,
    decoder_stack,
    output,
    distribution_temperature,
    distribution_filters,
    selection,
    likelihood,
    generation_input,
    generation_flow,
    generation_end,
)

_STAGES = list(FUNCTIONS)
_MODULE_NAMES = [module.__name__ for module in MODULES]


def misconceptions() -> tuple[Misconception, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(
        sorted(misconceptions_by_id.values(), key=lambda entry: _place(entry.stage, entry.wrong))
    )


def of_stage(stage: str) -> tuple[Misconception, ...]:
    """The misconceptions about one function of the contract; none if there is no such function."""
    return tuple(entry for entry in misconceptions() if entry.stage == stage)


def find(id_: str) -> Misconception:
    """The misconception with this id.

    Raises:
        KeyError: there is none.
    """
    return misconceptions_by_id[id_]


def equivalents() -> tuple[Equivalent, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(
        sorted(equivalents_by_id.values(), key=lambda entry: _place(entry.stage, entry.other))
    )


def _place(stage: str, function: Callable[..., Any]) -> tuple[int, int]:
    return _STAGES.index(stage), _MODULE_NAMES.index(function.__module__)
