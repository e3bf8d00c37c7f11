"""Claims about prefill, decode and the KV cache."""

from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from grader.keys.procedure import CLOSE, same
from grader.keys.registry import claim, prints
from reference.decoder import attention, decoder_stack, generation
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import (
    CONFIG,
    Loop,
    prompts,
    replaced,
    run,
    small_model,
    wrong,
)

Figures = list[Any]  # numbers, and lists of numbers


@claim
def passes(seed: int, *, new_tokens: int = 12) -> Mapping[str, float]:
    """The passes of a cached loop that generates so many tokens are counted."""
    decoder = CachedDecoder(small_model(seed, context_length=32))
    decoder.generate(prompts(seed)[0], new_tokens)
    return {
        "answer": len(decoder.positions_run),
        "kv_cache.extra_pass": len(_one_pass_more(seed, prompts(seed)[0], new_tokens)),
        "generation.all_at_once": len(_inputs(wrong("generate.one_pass"), seed, 4, new_tokens)),
        "kv_cache.prefill_is_free": len(decoder.positions_run[1:]),
    }


@claim
def positions_processed(
    seed: int, *, prompt: int = 10, new_tokens: int = 5
) -> Mapping[str, float | list[int]]:
    """The positions that pass through a cached loop are counted, for new tokens after a prompt."""
    decoder = CachedDecoder(small_model(seed, context_length=32))
    decoder.generate([1] * prompt, new_tokens)
    without_cache = _inputs(generation.generate, seed, prompt, new_tokens)
    prompt_only = _inputs(wrong("generate.prompt_only"), seed, prompt, new_tokens)
    return {
        "answer": sum(decoder.positions_run),
        "kv_cache.reruns_prompt": sum(map(len, without_cache)),
        "kv_cache.extra_pass": sum(_one_pass_more(seed, [1] * prompt, new_tokens)),
        "kv_cache.prefill_is_free": [
            sum(decoder.positions_run[1:]),
            sum(_one_pass_more(seed, [1] * prompt, new_tokens)[1:]),
        ],
        "generate.prompt_only": sum(map(len, prompt_only)),
    }


def _one_pass_more(seed: int, prompt: list[int], new_tokens: int) -> list[int]:
    """The positions of each pass if the last token, too, is run."""
    decoder = CachedDecoder(small_model(seed, context_length=32))
    decoder.run(decoder.generate(prompt, new_tokens)[-1:])
    return decoder.positions_run


def _inputs(loop: Loop, seed: int, prompt: int, new_tokens: int) -> list[list[int]]:
    """What a loop without a cache feeds at each step."""
    stages = small_model(seed, context_length=32).stages()
    return run(loop, stages, [1] * prompt, tokens=new_tokens, context_length=32).inputs


@claim
def size(
    seed: int, *, layers: int = 4, width: int = 32, heads: int = 4, tokens: int = 100
) -> Mapping[str, float]:
    """The numbers in the cache of a model of these sizes are counted, after so many tokens."""
    model = small_model(seed, n_layers=layers, width=width, n_heads=heads, context_length=tokens)
    decoder = CachedDecoder(model)
    decoder.run([1] * tokens)
    keys = sum(kept.numel() for kept in decoder.keys)
    queries = tokens * layers * model.weights["layers"][0]["attention"]["query"].shape[-1]
    return {
        "answer": keys + sum(kept.numel() for kept in decoder.values),
        "kv_cache.keys_only": keys,
        "attention.heads_have_full_width": 2 * heads * keys,
        "kv_cache.one_layer": decoder.keys[0].numel() + decoder.values[0].numel(),
        "kv_cache.stores_queries": 2 * keys + queries,
    }


@claim
def turned_on(seed: int) -> Mapping[str, bool]:
    """The logits of cached passes and of full passes over the same ids, up to a full window.

    same: The logits are equal up to rounding at each step, and fewer positions are run.
    approximate: The logits differ a little at each step.
    forget: The logits are equal at first, and differ at the end of the window.
    sharper: The logits differ at each step.
    """
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
    """Queries of earlier positions are exchanged, measured, compared with the keys and watched.

    own: The last row of attention stays if the earlier queries are exchanged for others.
    equal: The keys of the positions are equal to their queries.
    big: The queries are more numbers than keys and values together.
    change: The queries of earlier positions change when a token is appended.
    """
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
    """A prefill in one pass and in pieces, without its mask, and decode passes on other tokens.

    parallel: One pass runs all prompt positions, and its last row is that of token by token.
    serial: A decode pass gives another result if the token of the pass before was another.
    no-mask: The hidden states of the prompt are the same without a causal mask.
    weights: The weights of the model are others after a prefill.
    """
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


def _log_printed(*, shown_seed: int) -> Mapping[str, Figures]:
    """The table: ids, positions, keys in the cache and difference of each pass."""
    rows: list[Figures] = []
    for number, (fed, line) in enumerate(zip(FED, _log(shown_seed, restart=True), strict=True)):
        rows += [[number], fed] if number else [fed]  # the prefill has no number
        rows += [list(range(len(fed))), list(line)]
    return {"log": rows}


@prints(_log_printed)
@claim
def decode_disagrees(seed: int, *, shown_seed: int = 5) -> Mapping[str, bool]:
    """A cache as each option has it is compared with full passes: is it what the stem shows?

    restart: If positions start from 0 in each pass, the cache and the differences are those of the
        table.
    lost: If the cache loses the keys of earlier passes, the cache and the differences are those of
        the table.
    ids: If each decode pass is given its new id alone, at the right position, the cache and the
        differences are those of the table.
    rounding: If all is right and computed in single precision, the cache and the differences are
        those of the table.
    """
    shown = _log(shown_seed, restart=True)
    return {
        "restart": _log(seed, restart=True) == shown,
        "lost": _log(seed, lose=True) == shown,
        "ids": _log(seed) == shown,  # to feed one id a pass is no fault
        "rounding": _log(seed, single_precision=True) == shown,
    }


FED = ([4, 9, 1, 6], [2], [7], [3])


def _log(
    seed: int, *, restart: bool = False, lose: bool = False, single_precision: bool = False
) -> list[tuple[int, float]]:
    """The keys in the cache after each pass, and how far its logits are from the right ones."""
    model = small_model(seed)
    decoder = CachedDecoder(small_model(seed).float() if single_precision else model)
    ids: list[int] = []
    lines: list[tuple[int, float]] = []
    for fed in FED:
        if lose:
            decoder.clear()
        ids += fed
        logits = decoder.run(fed, first_position=0 if restart else len(ids) - len(fed))
        gap = (logits - model(torch.tensor([ids]))[0, -len(fed) :]).abs().max()
        lines.append((decoder.length, round(float(gap), 2)))
    return lines
