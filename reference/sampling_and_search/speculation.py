"""Stages: speculative sampling. A draft model proposes tokens, and the target's text is kept.

k drafted tokens, V vocabulary.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def acceptance(target: Floats, draft: Floats) -> Floats:
    """With which probability each token is accepted, if it is drafted, (V,).

    Args:
        target: the distribution of the target model, (V,).
        draft: that of the draft model, above 0 everywhere.
    """
    return np.minimum(1, target / draft)


def residual(target: Floats, draft: Floats) -> Floats:
    """The distribution of the token that takes a rejected one's place, (V,).

    It is what the draft model gives too little, renormalized; the target where that is nothing.
    """
    missing = np.maximum(target - draft, 0)
    total = missing.sum()
    return np.asarray(missing / total if total > 0 else target)


def drawn(distribution: Floats, u: float) -> int:
    """The first token whose cumulative probability exceeds u."""
    return int(np.argmax(np.cumsum(distribution) > u))


def speculative_step(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    """The tokens of one round: the accepted ones and one more.

    Args:
        targets: distributions of the target model at k + 1 positions, (k + 1, V).
        drafts: those of the draft model, (k, V).
        drafted: k tokens.
        uniforms: k numbers; a token is accepted if its number is below its acceptance.
        u: draws the last token, from the residual of the first rejected one's position, or, if all
            are accepted, from the target's last distribution.
    """
    tokens: list[int] = []
    for target, draft, token, number in zip(targets[:-1], drafts, drafted, uniforms, strict=True):
        if number >= acceptance(target, draft)[token]:
            return [*tokens, drawn(residual(target, draft), u)]
        tokens.append(int(token))
    return [*tokens, drawn(targets[-1], u)]
