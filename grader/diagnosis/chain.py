"""The student's own stages put together: where they leave the right values, and which one mends it.

B batch, T time, d width, V vocabulary. Points are not touched: they stay with the stages alone.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from grader.diagnosis.version_outcome import Floats, outcome, tensors
from grader.observed_calls import AskStudent
from grader.records import Report, Verdict
from reference.decoder.contract import FUNCTIONS
from reference.decoder.model import ModelConfig
from reference.decoder.random_model import random_weights

_CONFIG = ModelConfig(
    vocabulary_size=13, context_length=8, width=12, n_heads=3, n_layers=2, inner_width=20
)
_SEED = 5
_IDS = [[3, 11, 0, 7, 12], [9, 2, 5, 12, 0]]
_FILTERS = (0.8, 6, 0.9)  # temperature, top-k, top-p
# Rounding of float32 over the whole chain was measured below 1e-5; mistakes show from 1e-3 on.
_TOLERANCE = 2e-4
_IN_CHAIN = tuple(
    name
    for name in FUNCTIONS
    if name not in ("step_input", "select_token", "sequence_log_probability", "generate")
)

Call = Callable[[str, Sequence[Any]], Any]


def chain(report: Report, ask: AskStudent) -> str:
    """What the student's own stages come to on a small model, if one of them is wrong.

    Args:
        ask: calls a function of the student.
    """
    failed = {s.stage: s.first_failure.verdict for s in report.stages if s.first_failure}
    wrong = [stage for stage in _IN_CHAIN if stage in failed]
    if not wrong or Verdict.NOT_IMPLEMENTED in failed.values() or len(wrong) == len(_IN_CHAIN):
        return ""
    right = list(_values(_right))
    place = _first_difference(list(_values(_student(ask))), right)
    if place is None:
        return "Put together, your stages give the right next-token distribution on a small model."
    first = f"Put together, your stages leave the right values first at {right[place][0]}."
    mending = [stage for stage in wrong if _mends(stage, ask, right)]
    if not mending:
        return f"{first} No single stage, put right alone, mends the next-token distribution."
    return f"{first} With {' or '.join(mending)} put right, the next-token distribution is right."


def _values(call: Call, *, every_layer: bool = True) -> Iterator[tuple[str, Floats | None]]:
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
        yield f"the output of decoder layer {depth}", hidden
    if hidden is None:
        return
    norm = weights["final_norm_gain"], weights["final_norm_bias"], eps
    logits = call("output_logits", [hidden, *norm, weights["output_weight"]])
    yield "the logits", logits
    if logits is None or logits.ndim != 3:
        return
    yield (
        "the next-token distribution",
        call("next_token_distribution", [logits[:, -1], *_FILTERS]),
    )


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


def _right(stage: str, arguments: Sequence[Any]) -> Any:
    return outcome(stage, arguments, "float64").value


def _student(ask: AskStudent, mended: str = "") -> Call:
    """The student's stages; one of them may be put right, on its own and inside of others."""

    def answer(*given: Any) -> Any:
        value = FUNCTIONS[mended](*tensors(list(given), torch.float64))
        return value.numpy().astype(np.float32) if isinstance(value, torch.Tensor) else value

    def call(stage: str, arguments: Sequence[Any]) -> Any:
        if stage == mended:
            value = _right(stage, arguments)
        else:
            value = ask(stage, arguments, {mended: answer} if mended else {})
        is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
        return value.astype(np.float32) if is_array else None

    return call


def _mends(stage: str, ask: AskStudent, right: Sequence[tuple[str, Floats | None]]) -> bool:
    values = list(_values(_student(ask, mended=stage), every_layer=False))
    name, last = values[-1]
    return name == right[-1][0] and _agree(last, right[-1][1])


def _first_difference(
    came: Sequence[tuple[str, Floats | None]], right: Sequence[tuple[str, Floats | None]]
) -> int | None:
    for place, (_, expected) in enumerate(right):
        if place >= len(came) or not _agree(came[place][1], expected):
            return place
    return None


def _agree(came: Floats | None, right: Floats | None) -> bool:
    if came is None or right is None or came.shape != right.shape:
        return False
    return bool(np.all(np.abs(came - right) <= _TOLERANCE * np.abs(right).max()))
