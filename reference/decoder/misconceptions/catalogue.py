"""All misconceptions and equivalents, stage by stage.

Example:
    for entry in of_stage("attention_weights"):
        print(entry.id, entry.says)
"""

from types import ModuleType

from grader.subject.misconception import Equivalent, Misconception, noted
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions import (
    attention_heads,
    attention_projections,
    attention_scores,
    decoder_layer,
    decoder_stack,
    distribution_filters,
    distribution_kept,
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
    distribution_kept,
    selection,
    likelihood,
    generation_input,
    generation_flow,
    generation_end,
)

_STAGES = list(FUNCTIONS)
# In the order of the stages and, within a stage, as they are written.
_ENTRIES = sorted(noted(MODULES), key=lambda entry: _STAGES.index(entry.stage))
_MISCONCEPTIONS = {e.id: e for e in _ENTRIES if isinstance(e, Misconception)}
_EQUIVALENTS = tuple(e for e in _ENTRIES if isinstance(e, Equivalent))


def misconceptions() -> tuple[Misconception, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(_MISCONCEPTIONS.values())


def of_stage(stage: str) -> tuple[Misconception, ...]:
    """The misconceptions about one function of the contract; none if there is no such function."""
    return tuple(entry for entry in misconceptions() if entry.stage == stage)


def find(id_: str) -> Misconception:
    """The misconception with this id.

    Raises:
        KeyError: there is none.
    """
    return _MISCONCEPTIONS[id_]


def equivalents() -> tuple[Equivalent, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return _EQUIVALENTS
