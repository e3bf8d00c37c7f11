"""A decode in parts: the token, its position, the cache that is read, the logits, what is kept.

B batch, S cached positions, V vocabulary.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.kv_cache.cache import LayerCache, cached_positions
from reference.kv_cache.misconceptions.pairs.prefill import without_norm
from reference.kv_cache.misconceptions.passes import states
from reference.kv_cache.passes import CachedModel, logits_of, new_cache

Caches = Sequence[LayerCache]


def in_parts(
    part: Parts, token_ids: Tensor, cache: Caches, model: CachedModel
) -> tuple[Tensor, list[LayerCache]]:
    fed = part["fed"](token_ids)[:, None]
    read = part["read"](cache, fed, model)
    hidden, grown = states(fed, model, read, part["position"](cache))
    logits = part["logits"](hidden[:, -1], model)
    return part["axes"](logits), part["kept"](grown, cache)


def _at(position: Callable[[Caches], int]) -> Parts:
    return {"position": lambda cache: torch.tensor([position(cache)])}


def _newest(cache: Caches, n: int) -> list[LayerCache]:
    return [{"keys": c["keys"][..., -n:, :], "values": c["values"][..., -n:, :]} for c in cache]


def _as_it_came(grown: Caches, cache: Caches) -> list[LayerCache]:
    return [{"keys": c["keys"].clone(), "values": c["values"].clone()} for c in cache]


COMPOSITION = Composition(
    in_parts,
    right={
        "fed": as_is,
        **_at(cached_positions),
        "read": as_is,
        "logits": logits_of,
        "axes": as_is,
        "kept": as_is,
    },
    wrong={
        "position_zero": _at(lambda cache: 0),
        "position_one_late": _at(lambda cache: cached_positions(cache) + 1),
        "position_one_early": _at(lambda cache: cached_positions(cache) - 1),
        "position_by_layers": _at(len),
        "position_by_heads": _at(lambda cache: cache[0]["keys"].shape[1]),
        "no_position": {"position": lambda cache: None},
        "cache_not_used": {"read": lambda cache, fed, model: new_cache(fed, model)},
        "cache_not_grown": {"kept": _as_it_came},
        "only_newest_kept": {"kept": lambda grown, cache: _newest(grown, 1)},
        "newest_eight": {"read": lambda cache, fed, model: _newest(cache, 8)},
        "position_axis_kept": {"axes": lambda logits: logits[:, None]},
        "first_token_for_all": {"fed": lambda token_ids: token_ids[:1].expand_as(token_ids)},
        "no_last_norm": {"logits": without_norm},
    },
)
