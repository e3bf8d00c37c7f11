"""A prefill in parts: the positions, the row, the norm, what comes of the logits, and the cache.

B batch, T positions, V vocabulary, d width.
"""

from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.softmax import softmax
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.misconceptions.passes import states
from reference.kv_cache.passes import CachedModel, logits_of, new_cache
from reference.kv_cache.positions import position_ids


def in_parts(part: Parts, token_ids: Tensor, model: CachedModel) -> tuple[Tensor, list[LayerCache]]:
    positions = part["positions"](token_ids.shape[-1])
    hidden, cache = states(token_ids, model, new_cache(token_ids, model), positions)
    logits = part["logits"](part["row"](hidden), model)
    return part["rows"](part["end"](logits)), part["cache"](cache)


def without_norm(hidden: Tensor, model: CachedModel) -> Tensor:
    return hidden @ model["output_weight"]


def _all_but_the_last(cache: list[LayerCache]) -> list[LayerCache]:
    return [{"keys": c["keys"][..., :-1, :], "values": c["values"][..., :-1, :]} for c in cache]


COMPOSITION = Composition(
    in_parts,
    right={
        "positions": lambda n: position_ids(0, n),
        "row": lambda hidden: hidden[:, -1],
        "logits": logits_of,
        "end": as_is,
        "rows": as_is,
        "cache": as_is,
    },
    wrong={
        "first_position": {"row": lambda hidden: hidden[:, 0]},
        "second_last_position": {"row": lambda hidden: hidden[:, -2:][:, 0]},
        "every_position": {"row": as_is},
        "no_final_norm": {"logits": without_norm},
        "probabilities": {"end": softmax},
        "positions_from_one": {"positions": lambda n: position_ids(1, n)},
        "no_positions": {"positions": lambda n: None},
        "last_token_not_cached": {"cache": _all_but_the_last},
        "last_row_for_all": {"rows": lambda logits: logits[-1:].expand_as(logits).clone()},
    },
)
