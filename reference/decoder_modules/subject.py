"""The decoder as modules: what an assignment gets by `subject: decoder_modules`."""

from pathlib import Path

from grader.subject.subject import Subject
from reference.decoder_modules.contract import FUNCTIONS
from reference.decoder_modules.loops import MethodLoop
from reference.decoder_modules.misconceptions.catalogue import EQUIVALENTS, MISCONCEPTIONS

_OF_STATES = ("width", "position", "sequence")

SUBJECT = Subject(
    name="decoder_modules",
    package="reference.decoder_modules",
    folder=Path(__file__).parent,
    functions=FUNCTIONS,
    misconceptions=MISCONCEPTIONS,
    equivalents=EQUIVALENTS,
    axes={
        "MLP": _OF_STATES,
        "CausalSelfAttention": _OF_STATES,
        "Block": _OF_STATES,
        "DecoderModel": ("vocabulary entry", "position", "sequence"),
    },
    loops={"generate": MethodLoop()},
    concepts={"MLP": 4, "CausalSelfAttention": 3, "Block": 4, "DecoderModel": 8, "generate": 11},
)
