"""Claims about branches from one cache, caches that are cut back, and padded batches."""

from collections.abc import Mapping, Sequence

import torch

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.kv_cache import batches, cache, passes
from reference.kv_cache.answers.trials import cache_of, full_logits, ids_of, small_model, wrong


@claim
def two_branches(seed: int, *, cached: int = 6) -> Mapping[str, float]:
    """Two tokens are decoded after one cache of a length; the second call's cache is counted.

    Decode puts the grown keys and values into the cache that it was handed.
    """
    model, ids = small_model(seed), ids_of(seed, cached + 2)

    def held(decode: str) -> float:
        start = grown = cache_of(ids[:cached], model)
        for token in ids[cached:]:
            played = wrong(decode) if decode else passes.decode
            grown = played(torch.tensor([token]), start, model)[1]
        return cache.cached_positions(grown)

    return {
        "answer": held("decode.changes_its_cache"),
        "kv_cache.in_place_is_harmless": held(""),
        "decode.cache_not_grown": held("decode.cache_not_grown"),
        "decode.only_newest_kept": held("decode.only_newest_kept"),
    }


@claim
def cut_back(seed: int, *, cached: int = 10, grown: int = 14) -> Mapping[str, bool]:
    """Of the drafted tokens that made a cache grow two are kept; the next token is decoded.

    Its logits are compared with those of a full pass over the tokens that are kept and it.

    first: With so many first positions of the cache they are the same.
    last: With so many last positions they are the same.
    taken-off: With so many positions taken off the end they are the same.
    whole: With the cache as it is they are the same.
    """
    model, ids, kept_ids = small_model(seed), ids_of(seed, grown + 1), cached + 2
    token, whole = ids[grown], cache_of(ids[:grown], model)
    right = full_logits([*ids[:kept_ids], token], model)

    def agrees(kept: list[cache.LayerCache]) -> bool:
        return same(passes.decode(torch.tensor([token]), kept, model)[0][0], right)

    return {
        "first": agrees(batches.truncate(whole, kept_ids)),
        "last": agrees(wrong("truncate.newest_kept")(whole, kept_ids)),
        "taken-off": agrees(wrong("truncate.n_taken_off")(whole, kept_ids)),
        "whole": agrees(whole),
    }


@claim
def left_padding(seed: int, *, lengths: Sequence[int] = (4, 7, 2)) -> Mapping[str, float]:
    """Prompts of these lengths, the last of two ids, are padded on the left and prefilled.

    It is looked for the position at which the last token of the shortest gives its row's logits.
    """
    model, longest = small_model(seed), max(lengths)
    ids = torch.tensor([ids_of(seed + row, longest) for row in range(len(lengths))])

    def found(of: str) -> float:
        played = wrong(of) if of else batches.batch_prefill
        logits = played(ids, lengths, model)[0][-1]
        first, last = ids[-1, -2:].tolist()
        gaps = []
        for position in range(1, longest + 1):
            # The table is turned so that the two tokens stand at the positions before and at it.
            table = model["position_embedding"].roll(1 - position, 0)
            tried = full_logits([first, last], {**model, "position_embedding": table})
            gaps.append(float((tried - logits).abs().max()))
        return 1.0 + gaps.index(min(gaps)) if min(gaps) < 1e-9 else -1.0

    return {
        "answer": found(""),
        "batch_prefill.positions_count_padding": found("batch_prefill.positions_count_padding"),
        "embed.positions_start_at_one": found("") + 1,
    }
