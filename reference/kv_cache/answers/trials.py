"""What claims try things on: small random models, caches, and runs that are recorded."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from reference.decoder.model import ModelConfig
from reference.decoder.random_model import random_weights
from reference.kv_cache import passes
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.generation import CachedStages
from reference.kv_cache.misconceptions.catalogue import misconceptions
from reference.kv_cache.passes import CachedModel

_VOCABULARY = 29
_WRONG = {entry.id: entry.wrong for entry in misconceptions()}
EOS = _VOCABULARY  # no token id: nothing ends before it was asked to


def small_model(seed: int, *, n_layers: int = 2, context_length: int = 16) -> CachedModel:
    """A model with lively random weights."""
    config = ModelConfig(
        vocabulary_size=_VOCABULARY,
        context_length=context_length,
        width=12,
        n_heads=3,
        n_layers=n_layers,
        inner_width=20,
    )
    return {**random_weights(config, seed), "n_heads": config.n_heads, "eps": config.eps}


def ids_of(seed: int, count: int) -> list[int]:
    """Random ids, all different."""
    return random.Random(seed).sample(range(_VOCABULARY), count)  # noqa: S311


def full_logits(ids: Sequence[int], model: CachedModel) -> Tensor:
    """The logits (V,) after these ids, by one pass over all of them."""
    return passes.prefill(torch.tensor([list(ids)]), model)[0][0]


def cache_of(ids: Sequence[int], model: CachedModel) -> list[LayerCache]:
    """The cache after these ids."""
    return passes.prefill(torch.tensor([list(ids)]), model)[1]


def wrong(misconception: str) -> Callable[..., Any]:
    """The wrong version of a stage that a misconception stands for."""
    return _WRONG[misconception]


@dataclass(slots=True)
class RecordedPasses:
    """Stages of a cached generation whose logits are the ids that they stand for.

    Args:
        script: the tokens that are selected, one after the other.
    """

    script: Sequence[int]
    read_by: list[list[int]] = field(default_factory=list)  # each selection: what it was read from
    sizes: list[int] = field(default_factory=list)  # how many positions each pass processed

    def stages(self) -> CachedStages:
        """The table for `generate_cached`."""

        def prefill(ids: Sequence[int]) -> tuple[Any, Any]:
            self.sizes.append(len(ids))
            return list(ids), list(ids)

        def decode(token: int, cache: Any) -> tuple[Any, Any]:
            self.sizes.append(1)
            return [*cache, token], [*cache, token]

        def select(logits: Any) -> int:
            self.read_by.append(logits)
            return self.script[len(self.read_by) - 1]

        return CachedStages(prefill=prefill, decode=decode, select=select)


def recorded(
    loop: Callable[..., list[int]],
    prompt: Sequence[int],
    script: Sequence[int],
    *,
    context_length: int = 16,
) -> RecordedPasses:
    """What a right or wrong `generate_cached` does."""
    run = RecordedPasses(script)
    loop(list(prompt), run.stages(), len(script), EOS, context_length)
    return run
