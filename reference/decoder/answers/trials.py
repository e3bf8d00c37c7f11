"""What claims try things on: small random models, prompts, recorded runs, stages made wrong."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from reference.decoder import (
    attention,
    decoder_layer,
    decoder_stack,
    distribution,
    embedding,
    feed_forward,
    generation,
    likelihood,
    model,
    normalization,
    output,
    selection,
    softmax,
    step_input,
)
from reference.decoder.generation_trace import ReferenceTrace
from reference.decoder.misconceptions.catalogue import find
from reference.decoder.model import DecoderModel, ModelConfig
from reference.decoder.random_model import random_weights

CONFIG = ModelConfig(
    vocabulary_size=11, context_length=16, width=12, n_heads=3, n_layers=2, inner_width=20
)
_CALLERS: tuple[ModuleType, ...] = (
    attention,
    decoder_layer,
    decoder_stack,
    distribution,
    embedding,
    feed_forward,
    generation,
    likelihood,
    model,
    normalization,
    output,
    selection,
    softmax,
    step_input,
)

Loop = Callable[..., list[int]]


def small_model(seed: int, *, positions: bool = True, **sizes: int) -> DecoderModel:
    """A model with lively random weights; without `positions` its position embedding is zero."""
    config = replace(CONFIG, **sizes)
    weights = random_weights(config, seed)
    if not positions:
        weights["position_embedding"] = torch.zeros_like(weights["position_embedding"])
    return DecoderModel(config, weights)


def prompts(seed: int, count: int = 3) -> list[list[int]]:
    """Random prompts of three to six ids, which all differ within a prompt."""
    draw = random.Random(seed)  # noqa: S311
    return [draw.sample(range(CONFIG.vocabulary_size), draw.randint(3, 6)) for _ in range(count)]


def normal(seed: int, *shape: int) -> Tensor:
    """Numbers from the normal distribution, float64."""
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=draw, dtype=torch.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one call of a generation loop read, computed and gave."""

    trace: ReferenceTrace
    tokens: list[int]

    def of(self, stage: str) -> list[tuple[Any, Any]]:
        """Input and output of every call of a stage."""
        return [(call.input, call.output) for call in self.trace.calls if call.stage == stage]

    @property
    def inputs(self) -> list[list[int]]:
        return [list(ids) for ids, _ in self.of("embed")]

    @property
    def distributions(self) -> list[Tensor]:
        return [probabilities for _, probabilities in self.of("softmax")]


def run(
    loop: Loop,
    stages: generation.Stages,
    prompt: Sequence[int],
    *,
    tokens: int = 6,
    eos_id: int | None = None,
    context_length: int = CONFIG.context_length,
) -> Run:
    """Call a right or wrong `generate`, and record it."""
    trace = ReferenceTrace()
    result = loop(list(prompt), trace.observe(stages), tokens, eos_id, context_length)
    return Run(trace=trace, tokens=result)


def wrong(misconception: str) -> Callable[..., Any]:
    """The wrong version of a stage that a misconception stands for."""
    return find(misconception).wrong


def drawing(stages: generation.Stages, seed: int) -> generation.Stages:
    """The same stages, with a selection that samples."""
    draw = random.Random(seed)  # noqa: S311
    return replace(stages, select=lambda p: selection.select_token(p, draw.random()))


def forcing(stages: generation.Stages, tokens: Sequence[int]) -> generation.Stages:
    """The same stages, with a selection that gives these tokens whatever the distribution."""
    script = iter(tokens)
    return replace(stages, select=lambda _: next(script))


@contextmanager
def replaced(*also: ModuleType, **functions: Callable[..., Any]) -> Iterator[None]:
    """Within the block every stage of the reference calls these functions in place of its own.

    Args:
        also: modules with wrong stages, which are to call them, too.
    """
    modules = (*_CALLERS, *also)
    places = [(m, name) for name in functions for m in modules if hasattr(m, name)]
    before = [(module, name, getattr(module, name)) for module, name in places]
    try:
        for module, name in places:
            setattr(module, name, functions[name])
        yield
    finally:
        for module, name, function in before:
            setattr(module, name, function)
