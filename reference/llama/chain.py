"""The stages put together on a small model: from token ids to logits.

B batch, T time, d width, V vocabulary.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.subject.subject import Call, Chain
from grader.subject.values import Floats, given, plain
from reference.llama.random_model import LlamaSizes, random_llama

_SIZES = LlamaSizes(
    vocabulary_size=13, width=24, n_heads=6, n_groups=2, n_layers=2, inner_width=20, base=100.0
)
_SEED = 5
_IDS = np.array([[3, 11, 0, 7, 12], [9, 2, 5, 12, 0]])
_RESULT = "the output of the model"


def values(call: Call, every_layer: bool) -> Iterator[tuple[str, Floats | None]]:
    """The values from the embedded ids to the logits, each with its name; up to one missing."""
    model, config = _model(), _SIZES.settings
    embedded, positions = model["token_embedding"][_IDS], np.arange(_IDS.shape[1]) + 0 * _IDS
    for depth in range(1, _SIZES.n_layers + 1) if every_layer else ():
        layers = model["layers"][:depth]
        hidden = call("llama_stack", [embedded, layers, positions, config])
        yield f"the output of decoder layer {depth - 1}", hidden  # they count from 0
        if hidden is None:
            return
    yield _RESULT, call("llama_logits", [_IDS, model, config])


@cache
def _model() -> dict[str, Any]:
    """Weights in float32, as students get them."""
    arrays: dict[str, Any] = given(
        plain(random_llama(_SIZES, _SEED)), framework="numpy", precision="float32"
    )
    return arrays


CHAIN = Chain(
    stages=(
        "rms_norm",
        "rotate",
        "grouped_attention",
        "llama_attention",
        "swiglu",
        "llama_layer",
        "llama_stack",
        "llama_logits",
    ),
    # Rounding of float32 was measured below 1e-5; mistakes show from 1e-3 on.
    tolerance=2e-4,
    values=values,
    result=_RESULT,
)
