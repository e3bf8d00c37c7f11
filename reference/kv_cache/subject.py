"""The KV cache as a subject: what an assignment gets by `subject: kv_cache`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from grader.subject.subject import Subject
from reference.kv_cache.contract import FUNCTIONS
from reference.kv_cache.loops import CachedLoop
from reference.kv_cache.misconceptions.catalogue import equivalents, misconceptions
from reference.kv_cache.misconceptions.pairs.table import COMPOSITIONS


def _keys() -> Any:
    """What answer keys are run on; loaded where a bank is verified, and nowhere else."""
    return import_module("reference.kv_cache.answers.answer_keys").KEYS


SUBJECT = Subject(
    name="kv_cache",
    package="reference.kv_cache",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=misconceptions(),
    equivalents=equivalents(),
    compositions=COMPOSITIONS,
    axes={"visible": ("position", "new position"), "position_ids": ("position",)},
    loops={"generate_cached": CachedLoop()},
    concepts=dict.fromkeys(FUNCTIONS, 14),
    keys=_keys,
)
