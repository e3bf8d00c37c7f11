"""The Llama family as a subject: what an assignment gets by `subject: llama`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from grader.subject.subject import Subject
from reference.decoder.loops import GenerateLoop
from reference.llama.chain import CHAIN
from reference.llama.contract import FUNCTIONS
from reference.llama.misconceptions.catalogue import equivalents, misconceptions
from reference.llama.misconceptions.compositions import COMPOSITIONS

_STATES = ("column", "position", "sequence")
_HEADS = ("column", "position", "head", "sequence")


def _keys() -> Any:
    """What answer keys are run on; loaded where a bank is verified, and nowhere else."""
    return import_module("reference.llama.answers.answer_keys").KEYS


SUBJECT = Subject(
    name="llama",
    package="reference.llama",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=misconceptions(),
    equivalents=equivalents(),
    compositions=COMPOSITIONS,
    axes={
        "rms_norm": _STATES,
        "rotate": _HEADS,
        "grouped_attention": _HEADS,
        "llama_attention": _STATES,
        "swiglu": _STATES,
        "llama_layer": _STATES,
        "llama_stack": _STATES,
        "llama_logits": ("vocabulary entry", "position", "sequence"),
        "generate": ("position",),
    },
    loops={"generate": GenerateLoop()},
    chain=CHAIN,
    concepts={
        "rms_norm": 4,
        "rotate": 2,
        "grouped_attention": 3,
        "llama_attention": 3,
        "swiglu": 4,
        "llama_layer": 4,
        "llama_stack": 5,
        "llama_logits": 8,
        "generate": 11,
    },
    keys=_keys,
)
