"""The decoder-only Transformer as a subject: what an assignment gets by `subject: decoder`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from grader.subject.subject import Subject
from reference.decoder.chain import CHAIN
from reference.decoder.contract import FUNCTIONS
from reference.decoder.loops import GenerateLoop
from reference.decoder.misconceptions.catalogue import equivalents, misconceptions
from reference.decoder.misconceptions.pairs.table import COMPOSITIONS

_STATES = ("column", "position", "sequence")


def _keys() -> Any:
    """What answer keys are run on; loaded where a bank is verified, and nowhere else."""
    return import_module("reference.decoder.answers.answer_keys").KEYS


SUBJECT = Subject(
    name="decoder",
    package="reference.decoder",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=misconceptions(),
    equivalents=equivalents(),
    compositions=COMPOSITIONS,
    axes={
        "step_input": ("position",),
        "embed": _STATES,
        "layer_norm": _STATES,
        "softmax": ("entry", "row"),
        "attention_weights": ("key", "query", "head", "sequence"),
        "self_attention": _STATES,
        "feed_forward": _STATES,
        "decoder_layer": _STATES,
        "decoder_stack": _STATES,
        "output_logits": ("vocabulary entry", "position", "sequence"),
        "next_token_distribution": ("vocabulary entry", "sequence"),
        "generate": ("position",),
    },
    causal=frozenset({"attention_weights"}),
    loops={"generate": GenerateLoop()},
    chain=CHAIN,
    concepts={
        "step_input": 1,
        "embed": 2,
        "layer_norm": 4,
        "softmax": 9,
        "attention_weights": 3,
        "self_attention": 3,
        "feed_forward": 4,
        "decoder_layer": 4,
        "decoder_stack": 5,
        "output_logits": 8,
        "next_token_distribution": 10,
        "select_token": 10,
        "sequence_log_probability": 9,
        "generate": 11,
    },
    keys=_keys,
)
