"""What claims try things on: a small random model, and the stages with one mistake."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from reference.llama.misconceptions.catalogue import misconceptions
from reference.llama.model import LlamaWeights
from reference.llama.random_model import LlamaSizes, random_llama

SIZES = LlamaSizes(
    vocabulary_size=29, width=24, n_heads=6, n_groups=3, n_layers=2, inner_width=20, base=100.0
)
_WRONG = {entry.id: entry.wrong for entry in misconceptions()}


def small_llama(seed: int) -> LlamaWeights:
    """A model of two layers with lively random weights."""
    return random_llama(SIZES, seed)


def normal(seed: int, *shape: int) -> Tensor:
    """Numbers from the normal distribution, float64."""
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=draw, dtype=torch.float64)


def wrong(misconception: str) -> Callable[..., Any]:
    """The wrong version of a stage that a misconception stands for."""
    return _WRONG[misconception]


def versions(stage: Callable[..., Any], *mistakes: str) -> Mapping[str, Callable[..., Any]]:
    """The right stage as `answer`, and by their ids the wrong ones of these names."""
    ids = [f"{stage.__name__}.{name}" for name in mistakes]
    return {"answer": stage, **{id_: wrong(id_) for id_ in ids}}
