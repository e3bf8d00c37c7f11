"""Claims about speculative sampling, which are run on its right and wrong functions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.keys.registry import claim
from reference.sampling_and_search import speculation
from reference.sampling_and_search.misconceptions.catalogue import MISCONCEPTIONS

_WRONG = {entry.id: entry.wrong for entry in MISCONCEPTIONS}
_TARGET, _DRAFT = (0.5, 0.3, 0.2), (0.2, 0.5, 0.3)


def _entry(right: Any, names: Sequence[str], target: Any, draft: Any, *, asked: int) -> Any:
    """One entry of what the right function gives, as `answer`, and of what misconceptions do."""
    stage = right.__name__
    given = np.array(target, dtype=np.float64), np.array(draft, dtype=np.float64)
    found = {f"{stage}.{name}": float(_WRONG[f"{stage}.{name}"](*given)[asked]) for name in names}
    return {"answer": float(right(*given)[asked]), **found}


@claim
def acceptance_of_a_token(
    seed: int,
    *,
    target: Sequence[float] = _TARGET,
    draft: Sequence[float] = _DRAFT,
    asked: int = 1,
) -> Mapping[str, float]:
    """With which probability a drafted token is accepted, by both distributions."""
    names = ("upside_down", "all_or_nothing", "share_of_both")
    found: Mapping[str, float] = _entry(speculation.acceptance, names, target, draft, asked=asked)
    return found


@claim
def residual_of_a_token(
    seed: int,
    *,
    target: Sequence[float] = (0.5, 0.2, 0.3),
    draft: Sequence[float] = (0.2, 0.6, 0.2),
    asked: int = 0,
) -> Mapping[str, float]:
    """With which probability a token takes a rejected one's place, by both distributions."""
    names = ("is_the_target", "of_distances", "not_renormalized", "what_is_too_much")
    found: Mapping[str, float] = _entry(speculation.residual, names, target, draft, asked=asked)
    return found
