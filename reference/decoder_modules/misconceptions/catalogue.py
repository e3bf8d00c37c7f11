"""All misconceptions about the decoder as modules."""

from types import ModuleType

from grader.subject.misconception import Equivalent, Misconception, noted
from reference.decoder_modules.contract import FUNCTIONS
from reference.decoder_modules.misconceptions import (
    attention_parameters,
    attention_values,
    block,
    feed_forward,
    generation,
    model,
)

MODULES: tuple[ModuleType, ...] = (
    feed_forward,
    attention_parameters,
    attention_values,
    block,
    model,
    generation,
)

_STAGES = list(FUNCTIONS)
# In the order of the stages and, within a stage, as they are written.
_ENTRIES = sorted(noted(MODULES), key=lambda entry: _STAGES.index(entry.stage))
MISCONCEPTIONS = tuple(e for e in _ENTRIES if isinstance(e, Misconception))
EQUIVALENTS = tuple(e for e in _ENTRIES if isinstance(e, Equivalent))
