"""The training objective as a subject: what an assignment gets by `subject: training_objective`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from grader.subject.subject import Subject
from reference.training_objective.contract import FUNCTIONS
from reference.training_objective.loops import TrainStepLoop
from reference.training_objective.misconceptions.catalogue import EQUIVALENTS, MISCONCEPTIONS
from reference.training_objective.misconceptions.pairs.table import COMPOSITIONS

_OF_A_BATCH = ("position", "sequence")
_UNNAMED = ("",)  # parameters have no axes that all of them share


def _keys() -> Any:
    """What answer keys are run on; loaded where a bank is verified, and nowhere else."""
    return import_module("reference.training_objective.answers.answer_keys").KEYS


SUBJECT = Subject(
    name="training_objective",
    package="reference.training_objective",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=MISCONCEPTIONS,
    equivalents=EQUIVALENTS,
    compositions=COMPOSITIONS,
    axes={
        "batch_at": _OF_A_BATCH,
        "shift_targets": _OF_A_BATCH,
        "mask_targets": _OF_A_BATCH,
        "cross_entropy_gradient": ("vocabulary entry", "position", "sequence"),
        "accumulate": _UNNAMED,
        "clip_by_global_norm": _UNNAMED,
        "adamw_step": _UNNAMED,
    },
    loops={"train_step": TrainStepLoop()},
    concepts=dict.fromkeys(FUNCTIONS, 15),
    framework="numpy",
    keys=_keys,
)
