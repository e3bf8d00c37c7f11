"""All misconceptions and equivalents of sampling and search."""

from types import ModuleType

from grader.subject.misconception import Equivalent, Misconception, noted
from reference.sampling_and_search.contract import FUNCTIONS
from reference.sampling_and_search.misconceptions import (
    beam_steps,
    filtering,
    lengths_and_ends,
    proposals,
    rounds,
    searching,
    speculating,
)

MODULES: tuple[ModuleType, ...] = (
    filtering,
    speculating,
    proposals,
    rounds,
    beam_steps,
    searching,
    lengths_and_ends,
)

_STAGES = list(FUNCTIONS)
# In the order of the stages and, within a stage, as they are written.
_ENTRIES = sorted(noted(MODULES), key=lambda entry: _STAGES.index(entry.stage))
MISCONCEPTIONS = tuple(e for e in _ENTRIES if isinstance(e, Misconception))
EQUIVALENTS = tuple(e for e in _ENTRIES if isinstance(e, Equivalent))
