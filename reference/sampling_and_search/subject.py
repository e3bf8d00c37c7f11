"""Sampling and search as a subject: what an assignment gets by `subject: sampling_and_search`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from grader.subject.subject import Subject
from reference.sampling_and_search.contract import FUNCTIONS
from reference.sampling_and_search.loops import BeamSearchLoop
from reference.sampling_and_search.misconceptions.catalogue import EQUIVALENTS, MISCONCEPTIONS
from reference.sampling_and_search.misconceptions.pairs.table import COMPOSITIONS


def _keys() -> Any:
    """What answer keys are run on; loaded where a bank is verified, and nowhere else."""
    return import_module("reference.sampling_and_search.answers.answer_keys").KEYS


SUBJECT = Subject(
    name="sampling_and_search",
    package="reference.sampling_and_search",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=MISCONCEPTIONS,
    equivalents=EQUIVALENTS,
    compositions=COMPOSITIONS,
    axes={
        "min_p": ("vocabulary entry", "sequence"),
        "repetition_penalty": ("vocabulary entry",),
        "acceptance": ("vocabulary entry",),
        "residual": ("vocabulary entry",),
        "speculative_step": ("position",),
        "beam_step": ("",),
    },
    loops={"beam_search": BeamSearchLoop()},
    concepts=dict.fromkeys(FUNCTIONS, 10),
    framework="numpy",
    keys=_keys,
)
