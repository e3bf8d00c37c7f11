"""Claims about grouped attention: which group a head uses, and what a new query sees."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.llama.answers.trials import normal, versions, wrong
from reference.llama.grouped_attention import grouped_attention

Attend = Callable[..., Any]


def _drawn(seed: int, *, heads: int, groups: int, time: int, past: int = 0) -> list[Tensor]:
    """Queries, keys and values."""
    shapes = (heads, time), (groups, time + past), (groups, time + past)
    return [normal(seed + n, 1, *shape, 4) for n, shape in enumerate(shapes)]


@claim
def group_of_a_head(
    seed: int, *, heads: int = 12, groups: int = 3, asked: int = 5
) -> Mapping[str, float]:
    """The group of one query head, found by which group's values can change its result."""
    queries, keys, values = _drawn(seed, heads=heads, groups=groups, time=4)
    made = versions(grouped_attention, "groups_dealt_in_turn", "first_group_only")
    return {name: _group(attend, queries, keys, values, asked) for name, attend in made.items()}


def _group(attend: Attend, queries: Tensor, keys: Tensor, values: Tensor, asked: int) -> float:
    before = attend(queries, keys, values)[0, asked]
    found = []
    for group in range(keys.shape[1]):
        changed = values.clone()
        changed[:, group] += 1
        if not same(attend(queries, keys, changed)[0, asked], before):
            found.append(group)
    [one] = found
    return one


@claim
def sizes_that_show(seed: int) -> Mapping[str, bool]:
    """Groups dealt to the heads in turn, against groups of neighbours, with random numbers.

    six-three: The results differ with 6 query heads and 3 groups.
    six-six: The results differ with 6 query heads and 6 groups.
    six-one: The results differ with 6 query heads and 1 group.
    two-two: The results differ with 2 query heads and 2 groups.
    """
    dealt = wrong("grouped_attention.groups_dealt_in_turn")

    def differ(heads: int, groups: int) -> bool:
        given = _drawn(seed, heads=heads, groups=groups, time=4)
        return not same(dealt(*given), grouped_attention(*given))

    return {
        "six-three": differ(6, 3),
        "six-six": differ(6, 6),
        "six-one": differ(6, 1),
        "two-two": differ(2, 2),
    }


@claim
def keys_of_new_queries(seed: int, *, queries: int = 3, keys: int = 7) -> Mapping[str, float]:
    """How many keys can change the result of the first query."""
    given = _drawn(seed, heads=2, groups=1, time=queries, past=keys - queries)
    made = versions(grouped_attention, "mask_from_upper_left", "no_mask", "mask_strict")
    return {name: _seen(attend, *given) for name, attend in made.items()}


def _seen(attend: Attend, queries: Tensor, keys: Tensor, values: Tensor) -> float:
    before = attend(queries, keys, values)[0, 0, 0]
    count = 0
    for place in range(keys.shape[2]):
        changed = values.clone()
        changed[:, :, place] += 1
        count += not same(attend(queries, keys, changed)[0, 0, 0], before)
    return count
