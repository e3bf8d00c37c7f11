"""All misconceptions and equivalents, stage by stage; those of the loop are the decoder's."""

from types import ModuleType

from grader.subject.misconception import Equivalent, Misconception, noted
from reference.decoder.misconceptions import generation_end, generation_flow, generation_input
from reference.llama.contract import FUNCTIONS
from reference.llama.misconceptions import (
    attention_equivalents,
    attention_sublayer,
    decoder_stack,
    gated_feed_forward,
    grouped_weights,
    groups,
    layer_flow,
    layer_norms,
    normalization,
    other_formulas,
    rotation,
    whole_model,
)

MODULES: tuple[ModuleType, ...] = (
    normalization,
    rotation,
    groups,
    grouped_weights,
    attention_sublayer,
    attention_equivalents,
    gated_feed_forward,
    layer_flow,
    layer_norms,
    decoder_stack,
    whole_model,
    other_formulas,
    generation_input,
    generation_flow,
    generation_end,
)

_STAGES = list(FUNCTIONS)
_ENTRIES = sorted(noted(MODULES), key=lambda entry: _STAGES.index(entry.stage))


def misconceptions() -> tuple[Misconception, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(e for e in _ENTRIES if isinstance(e, Misconception))


def equivalents() -> tuple[Equivalent, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(e for e in _ENTRIES if isinstance(e, Equivalent))
