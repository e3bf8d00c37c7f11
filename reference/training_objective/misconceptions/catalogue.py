"""All misconceptions and equivalents of the training objective."""

from types import ModuleType

from grader.subject.misconception import Equivalent, Misconception, noted
from reference.training_objective.contract import FUNCTIONS
from reference.training_objective.misconceptions import (
    accumulation,
    adamw_means,
    adamw_move,
    adamw_returns,
    batches,
    clipping,
    cross_entropy_mean,
    cross_entropy_value,
    gradient,
    masking,
    perplexity,
    schedule,
    shifting,
    train_data,
    train_order,
)

MODULES: tuple[ModuleType, ...] = (
    batches,
    shifting,
    masking,
    cross_entropy_mean,
    cross_entropy_value,
    gradient,
    perplexity,
    accumulation,
    clipping,
    adamw_means,
    adamw_move,
    adamw_returns,
    schedule,
    train_order,
    train_data,
)

_STAGES = list(FUNCTIONS)
# In the order of the stages and, within a stage, as they are written.
_ENTRIES = sorted(noted(MODULES), key=lambda entry: _STAGES.index(entry.stage))
MISCONCEPTIONS = tuple(e for e in _ENTRIES if isinstance(e, Misconception))
EQUIVALENTS = tuple(e for e in _ENTRIES if isinstance(e, Equivalent))
