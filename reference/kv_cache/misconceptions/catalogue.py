"""All misconceptions and equivalents about the KV cache, stage by stage."""

from types import ModuleType

from grader.subject.misconception import Equivalent, Misconception, noted
from reference.kv_cache.contract import FUNCTIONS
from reference.kv_cache.misconceptions import (
    attention_cache,
    attention_heads,
    attention_scores,
    batches,
    generation_end,
    generation_flow,
    layers,
    logits,
    padded_caches,
    passes,
    positions,
    sublayers,
)

MODULES: tuple[ModuleType, ...] = (
    positions,
    attention_scores,
    attention_heads,
    attention_cache,
    layers,
    sublayers,
    passes,
    logits,
    generation_flow,
    generation_end,
    batches,
    padded_caches,
)

_STAGES = list(FUNCTIONS)
# In the order of the stages and, within a stage, as they are written.
_ENTRIES = sorted(noted(MODULES), key=lambda entry: _STAGES.index(entry.stage))


def misconceptions() -> tuple[Misconception, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(entry for entry in _ENTRIES if isinstance(entry, Misconception))


def equivalents() -> tuple[Equivalent, ...]:
    """All of them, in the order of the stages and, within a stage, as they are written."""
    return tuple(entry for entry in _ENTRIES if isinstance(entry, Equivalent))
