"""Claims about generation with a cache, step by step."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.kv_cache import generation, passes
from reference.kv_cache.answers.trials import (
    cache_of,
    full_logits,
    ids_of,
    recorded,
    small_model,
    wrong,
)
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.passes import CachedModel


@claim
def last_prompt_token(seed: int, *, prompt: int = 5, new_tokens: int = 3) -> Mapping[str, float]:
    """The positions behind the last of some selections are counted, after a prompt of a length."""

    def held(loop: str) -> float:
        played = wrong(loop) if loop else generation.generate_cached
        ids = ids_of(seed, prompt + new_tokens)
        return len(recorded(played, ids[:prompt], ids[prompt:]).read_by[-1])

    return {"answer": held("")} | {
        f"generate_cached.{name}": held(f"generate_cached.{name}")
        for name in ("last_prompt_token_again", "stale_cache", "fed_twice", "prompt_alone")
    }


@claim
def stale_cache(
    seed: int, *, prompt: Sequence[int] = (5, 9), tokens: Sequence[int] = (17, 4, 8)
) -> Mapping[str, bool]:
    """What the selection after some tokens is read from, if every decode gets the prefill's cache.

    newest-alone: It is the prompt and the newest token alone.
    all: It is the prompt and all of the tokens.
    only-token: It is the newest token.
    prompt: It is the prompt.
    """
    script = [*tokens, 0]
    read = recorded(wrong("generate_cached.stale_cache"), prompt, script).read_by[len(tokens)]
    return {
        "newest-alone": read == [*prompt, tokens[-1]],
        "all": read == [*prompt, *tokens],
        "only-token": read == [tokens[-1]],
        "prompt": read == list(prompt),
    }


@claim
def oldest_key_dropped(seed: int) -> Mapping[str, bool]:
    """The oldest key and value of a full cache are dropped, and a token is decoded at the end.

    The logits are compared with those of a full pass over the last ids, as many as fit.

    moved: With two layers and with one they differ clearly, and agree if the ids are read again.
    same: With two layers they are the same up to rounding.
    deep-only: With one layer they are the same up to rounding, with two they are not.
    """
    gaps = {}
    for n_layers in (1, 2):
        model = small_model(seed, n_layers=n_layers, context_length=6)
        ids = ids_of(seed, 7)
        right = full_logits(ids[1:], model)
        dropped = _decoded_at_the_end(ids[6], cache_of(ids[:6], model), model)
        again = passes.prefill(torch.tensor([ids[1:]]), model)[0][0]
        gaps[n_layers] = same(dropped, right), same(again, right)
    return {
        "moved": not gaps[1][0] and not gaps[2][0] and gaps[1][1] and gaps[2][1],
        "same": gaps[2][0],
        "deep-only": gaps[1][0] and not gaps[2][0],
    }


def _decoded_at_the_end(token: int, cache: list[LayerCache], model: CachedModel) -> Tensor:
    """The logits of a token at the last position, after a full cache without its oldest entry."""
    short: list[LayerCache] = [
        {"keys": c["keys"][..., 1:, :], "values": c["values"][..., 1:, :]} for c in cache
    ]
    return passes.decode(torch.tensor([token]), short, model)[0][0]
