"""Claims about prefill, decode and the KV cache."""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor

from grader.keys.procedure import CLOSE, same
from grader.keys.registry import claim
from reference.decoder import attention, decoder_stack, generation
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import CONFIG, prompts, replaced, run, small_model, wrong


@claim
def passes(seed: int) -> float:
    """The passes of a cached loop that generates twelve tokens are counted."""
    decoder = CachedDecoder(small_model(seed, context_length=32))
    decoder.generate(prompts(seed)[0], 12)
    return len(decoder.positions_run)


@claim
def positions_processed(seed: int) -> float:
    """The positions that pass through a cached loop are counted, for five tokens after ten."""
    decoder = CachedDecoder(small_model(seed))
    decoder.generate(range(10), 5)
    return sum(decoder.positions_run)


@claim
def size(seed: int) -> float:
    """The numbers in the cache of a model of these sizes are counted, after 100 tokens."""
    model = small_model(seed, n_layers=4, width=32, n_heads=4, context_length=100)
    decoder = CachedDecoder(model)
    decoder.run([1] * 100)
    return sum(kept.numel() for kept in (*decoder.keys, *decoder.values))


@claim
def turned_on(seed: int) -> Mapping[str, bool]:
    """The logits of cached passes and of full passes over the same ids, up to a full window."""
    model = small_model(seed)
    ids = torch.randint(11, (16,), generator=torch.Generator().manual_seed(seed)).tolist()
    decoder = CachedDecoder(model)
    decoder.run(ids[:4])
    gaps = [
        float(
            (decoder.run([ids[end]])[-1] - model(torch.tensor([ids[: end + 1]]))[0, -1]).abs().max()
        )
        for end in range(4, len(ids))
    ]
    agree = [gap < CLOSE for gap in gaps]
    full_work = sum(range(4, len(ids) + 1))
    return {
        "same": all(agree) and sum(decoder.positions_run) < full_work,
        "approximate": not any(agree) and max(gaps) < 0.1,
        "forget": agree[0] and not agree[-1],
        "sharper": not any(agree),
    }


@claim
def why_no_queries(seed: int) -> Mapping[str, bool]:
    """Queries of earlier positions are exchanged, measured, compared with the keys and watched."""
    model = small_model(seed)
    own = model.weights["layers"][1]["attention"]

    def projected(ids: list[int], name: Literal["query", "key", "value"]) -> Tensor:
        """What the second layer projects, (T, d)."""
        hidden = model.stages().layers[0](model.stages().embed(ids))
        return hidden @ own[name]

    ids = prompts(seed)[0]
    queries, keys, values = (projected(ids, name) for name in ("query", "key", "value"))
    other = torch.cat([queries[:-1].flip(0) + 1, queries[-1:]])
    last_rows = [
        attention.attention_weights(some[None, None], keys[None, None])[0, 0, -1]
        for some in (queries, other)
    ]
    return {
        "own": same(*last_rows),
        "equal": same(queries, keys),
        "big": queries.numel() > keys.numel() + values.numel(),
        "change": not same(projected([*ids, 7], "query")[:-1], queries),
    }


@claim
def one_token_input(seed: int) -> bool:
    """A cached loop that feeds one token a step: is its text another one than the right loop's?"""
    model = small_model(seed)
    wrong_texts = []
    for prompt in prompts(seed):
        decoder = CachedDecoder(model)
        tokens = decoder.generate(prompt, 6)
        assert decoder.positions_run[1:] == [1] * 5
        wrong_texts.append(tokens != run(generation.generate, model.stages(), prompt).tokens)
    return any(wrong_texts)


@claim
def two_phases(seed: int) -> Mapping[str, bool]:
    """A prefill in one pass and in pieces, without its mask, and decode passes on other tokens."""
    model, prompt = small_model(seed), [4, 9, 1, 6]
    before = [parameter.clone() for parameter in model.parameters()]
    at_once, in_pieces, other = (CachedDecoder(model) for _ in range(3))
    last_row = at_once.run(prompt)[-1]
    pieces = [in_pieces.run([token])[-1] for token in prompt]
    other.run(prompt)
    at_once.run([2])
    other.run([3])
    hidden = model.stages().embed(prompt)
    masked = decoder_stack.decoder_stack(
        hidden, model.weights["layers"], CONFIG.n_heads, CONFIG.eps
    )
    with replaced(attention_weights=wrong("attention_weights.no_mask")):
        bare = decoder_stack.decoder_stack(
            hidden, model.weights["layers"], CONFIG.n_heads, CONFIG.eps
        )
    return {
        "parallel": at_once.positions_run[0] == len(prompt) and same(last_row, pieces[-1]),
        "serial": not same(at_once.run([7]), other.run([7])),
        "no-mask": same(masked, bare),
        "weights": any(
            not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True)
        ),
    }


@claim
def decode_disagrees(seed: int) -> Mapping[str, bool]:
    """A cache as each option has it is compared with full passes: is it what the stem shows?"""
    right = _log(seed)
    return {
        "restart": _log(seed, restart=True) == SHOWN,
        "lost": _log(seed, lose=True) == SHOWN,
        "ids": right == SHOWN,  # to feed one id a pass is no fault
        "rounding": right == SHOWN,
    }


# In the stem: keys in the cache, and the difference, after [4, 9, 1, 6], [2], [7] and [3].
SHOWN = [(4, 0.00), (5, 3.89), (6, 3.82), (7, 1.75)]


def _log(seed: int, *, restart: bool = False, lose: bool = False) -> list[tuple[int, float]]:
    """The keys in the cache after each pass, and how far its logits are from the right ones."""
    model = small_model(seed)
    decoder = CachedDecoder(model)
    ids: list[int] = []
    lines: list[tuple[int, float]] = []
    for fed in ([4, 9, 1, 6], [2], [7], [3]):
        if lose:
            decoder.clear()
        ids += fed
        logits = decoder.run(fed, first_position=0 if restart else len(ids) - len(fed))
        gap = (logits - model(torch.tensor([ids]))[0, -len(fed) :]).abs().max()
        lines.append((decoder.length, round(float(gap), 2)))
    return lines
