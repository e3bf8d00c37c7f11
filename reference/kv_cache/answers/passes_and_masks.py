"""Claims about passes over new tokens after cached ones."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm
from reference.kv_cache import attention, layers, passes
from reference.kv_cache.answers.trials import cache_of, full_logits, ids_of, small_model, wrong
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.passes import CachedModel

Attend = Callable[..., tuple[Tensor, LayerCache]]


def _run(
    ids: list[int], cache: list[LayerCache], model: CachedModel, attend: Attend
) -> tuple[Tensor, list[LayerCache]]:
    """Final hidden states (T, d) and grown caches, with another attention in every layer."""
    positions = torch.arange(len(ids)) + cache[0]["keys"].shape[-2]
    x = (model["token_embedding"][ids] + model["position_embedding"][positions])[None]
    grown = []
    for weights, past in zip(model["layers"], cache, strict=True):
        gain, bias = weights["attention_norm_gain"], weights["attention_norm_bias"]
        normed = layer_norm(x, gain, bias, model["eps"])
        attended, new = attend(normed, weights["attention"], model["n_heads"], past)
        x = x + attended
        gain, bias = weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"]
        x = x + feed_forward(layer_norm(x, gain, bias, model["eps"]), weights["feed_forward"])
        grown.append(new)
    return x[0], grown


@claim
def chunk_without_mask(seed: int) -> Mapping[str, bool]:
    """Nine tokens are prefilled as four and then five, the second chunk without its mask.

    nothing: The hidden states of the second chunk are right.
    seen: The first new token's hidden state changes with the ids of the later ones, and the cache
        of the second layer is wrong.
    last-right: The logits of the last token are right.
    first-chunk: The cached keys of the first four tokens are others afterwards.
    """
    model, ids = small_model(seed), ids_of(seed, 9)
    before = cache_of(ids[:4], model)
    open_ = wrong("cached_attention.mask_only_without_cache")
    hidden, grown = _run(ids[4:], before, model, open_)
    right, _ = _run(ids[4:], before, model, attention.cached_attention)
    other, _ = _run([*ids[4:8], (ids[8] + 1) % 29], before, model, open_)
    whole = cache_of(ids, model)
    kept = [c["keys"][..., :4, :] for c in grown]
    return {
        "nothing": same(hidden, right),
        "seen": not same(hidden[0], other[0]) and not same(grown[1]["keys"], whole[1]["keys"]),
        "last-right": same(passes.logits_of(hidden[-1], model), full_logits(ids, model)),
        "first-chunk": not all(same(a, b["keys"]) for a, b in zip(kept, before, strict=True)),
    }


@claim
def new_keys_first(seed: int) -> Mapping[str, bool]:
    """Attention with new keys and values before the cached ones, against the right one.

    chunk: The outputs differ for three new tokens after four cached ones, and for none of the
        other two passes.
    one: They differ for one new token after four cached ones.
    first: They differ for four new tokens after none.
    none: They are the same in all three passes.
    """
    draw = torch.Generator().manual_seed(seed)
    weights = small_model(seed)["layers"][0]["attention"]
    bad = wrong("cached_attention.new_before_past")

    def differ(n_past: int, n_new: int) -> bool:
        numbers = torch.randn(n_past + n_new, 12, generator=draw, dtype=torch.float64)[None]
        nothing: LayerCache = {
            "keys": torch.zeros(1, 3, 0, 4, dtype=torch.float64),
            "values": torch.zeros(1, 3, 0, 4, dtype=torch.float64),
        }
        old = numbers[:, :n_past]
        past = attention.cached_attention(old, weights, 3, nothing)[1] if n_past else nothing
        new = numbers[:, n_past:]
        right = attention.cached_attention(new, weights, 3, past)[0]
        return not same(bad(new, weights, 3, past)[0], right)

    chunk, one, first = differ(4, 3), differ(4, 1), differ(0, 4)
    return {
        "chunk": chunk and not one and not first,
        "one": one,
        "first": first,
        "none": not (chunk or one or first),
    }


@claim
def shared_cache(seed: int) -> Mapping[str, bool]:
    """A stack whose layers all read the first layer's cache, against the right one.

    two: They differ for one new token after four cached ones with two layers, and not in the other
        two comparisons.
    one: They differ for one new token after four cached ones with one layer.
    empty: They differ for four tokens after none with two layers.
    never: They are the same in all three.
    """
    bad = wrong("cached_stack.one_cache_for_all")

    def differ(n_layers: int, n_past: int, n_new: int) -> bool:
        model, ids = small_model(seed, n_layers=n_layers), ids_of(seed, n_past + n_new)
        some = torch.tensor([ids])
        cache = cache_of(ids[:n_past], model) if n_past else passes.new_cache(some, model)
        positions = torch.arange(n_past, n_past + n_new)
        x = (model["token_embedding"][ids[n_past:]] + model["position_embedding"][positions])[None]
        given: list[Any] = [x, model["layers"], model["n_heads"], model["eps"], cache]
        return not same(layers.cached_stack(*given)[0], bad(*given)[0])

    two, one, empty = differ(2, 4, 1), differ(1, 4, 1), differ(2, 0, 4)
    return {
        "two": two and not one and not empty,
        "one": one,
        "empty": empty,
        "never": not (two or one or empty),
    }
