"""The stages put together on a small model: from token ids to the next-token distribution.

B batch, T time, d width, V vocabulary.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch

from grader.subject.subject import Call, Chain
from grader.subject.values import Floats
from reference.decoder.model import ModelConfig
from reference.decoder.random_model import random_weights

_CONFIG = ModelConfig(
    vocabulary_size=13, context_length=8, width=12, n_heads=3, n_layers=2, inner_width=20
)
_SEED = 5
_IDS = [[3, 11, 0, 7, 12], [9, 2, 5, 12, 0]]
_FILTERS = (0.8, 6, 0.9)  # temperature, top-k, top-p
_RESULT = "the next-token distribution"


def values(call: Call, every_layer: bool) -> Iterator[tuple[str, Floats | None]]:
    """The values from the token ids to the distribution, each with its name; up to one missing."""
    weights = _model()
    n_heads, eps = _CONFIG.n_heads, _CONFIG.eps
    tables = weights["token_embedding"], weights["position_embedding"]
    embedded = call("embed", [np.array(_IDS), *tables])
    yield "the embedding", embedded
    hidden = embedded
    for depth in range(1 if every_layer else _CONFIG.n_layers, _CONFIG.n_layers + 1):
        if embedded is None:
            return
        layers = weights["layers"][:depth]
        hidden = call("decoder_stack", [embedded, layers, n_heads, eps])
        yield f"the output of decoder layer {depth - 1}", hidden  # they count from 0
    if hidden is None:
        return
    norm = weights["final_norm_gain"], weights["final_norm_bias"], eps
    logits = call("output_logits", [hidden, *norm, weights["output_weight"]])
    yield "the logits", logits
    if logits is None or logits.ndim != 3:
        return
    yield _RESULT, call("next_token_distribution", [logits[:, -1], *_FILTERS])


@cache
def _model() -> dict[str, Any]:
    """Weights in float32, as students get them."""
    plain: dict[str, Any] = _arrays(random_weights(_CONFIG, _SEED))
    return plain


def _arrays(value: Any) -> Any:
    match value:
        case torch.Tensor():
            return value.numpy().astype(np.float32)
        case dict():
            return {key: _arrays(item) for key, item in value.items()}
        case list():
            return [_arrays(item) for item in value]
        case _:
            return value


CHAIN = Chain(
    stages=(
        "embed",
        "layer_norm",
        "softmax",
        "attention_weights",
        "self_attention",
        "feed_forward",
        "decoder_layer",
        "decoder_stack",
        "output_logits",
        "next_token_distribution",
    ),
    # Rounding of float32 was measured below 1e-5; mistakes show from 1e-3 on.
    tolerance=2e-4,
    values=values,
    result=_RESULT,
)
