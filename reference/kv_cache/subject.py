"""The KV cache as a subject: what an assignment gets by `subject: kv_cache`."""

from pathlib import Path

from grader.subject.subject import Subject
from reference.kv_cache.contract import FUNCTIONS
from reference.kv_cache.loops import CachedLoop
from reference.kv_cache.misconceptions.catalogue import equivalents, misconceptions

SUBJECT = Subject(
    name="kv_cache",
    package="reference.kv_cache",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=misconceptions(),
    equivalents=equivalents(),
    axes={"visible": ("position", "new position"), "position_ids": ("position",)},
    loops={"generate_cached": CachedLoop()},
    concepts=dict.fromkeys(FUNCTIONS, 14),
)
