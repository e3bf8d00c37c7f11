"""Claims about logs and figures of runs: the first wrong step, and what belongs into a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.keys.registry import claim, prints
from reference.decoder import generation, selection, step_input
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.table_model import numbers, random_table, table_stages
from reference.decoder.answers.trials import CONFIG, Run, forcing, run, small_model, wrong

Figures = list[Any]  # numbers, and lists of numbers
FIRST_PROMPT = (4, 9, 2)
FORCED = (7, 1, 5, 8, 3, 6, 0)


def _log(
    mistake: str, prompt: Sequence[int], forced: Sequence[int], *, context: int, steps: int
) -> Run:
    """The log of a wrong loop to which these tokens are given in place of a selection."""
    stages = forcing(small_model(0).stages(), forced)
    return run(wrong(mistake), stages, prompt, tokens=steps, context_length=context)


def _selected(seen: Run) -> list[int]:
    """The token of each step, as it was selected."""
    return [token for _, token in seen.of("select")]


def _wrong_steps(seen: Run, prompt: Sequence[int], context: int) -> list[int]:
    """The steps whose step input is not what the reference makes of prompt and selected tokens."""
    tokens = _selected(seen)
    return [
        done + 1
        for done, ids in enumerate(seen.inputs)
        if ids != step_input.step_input(prompt, tokens[:done], context)
    ]


def _lines(seen: Run) -> Mapping[str, Figures]:
    """Number, step input and token of each step."""
    lines = zip(seen.inputs, _selected(seen), strict=True)
    return {"log": [[step, ids, token] for step, (ids, token) in enumerate(lines, start=1)]}


def _window_printed(*, context: int, prompt: Sequence[int], steps: int) -> Mapping[str, Figures]:
    return _lines(_log("generate.crop_first", prompt, FORCED, context=context, steps=steps))


@prints(_window_printed)
@claim
def first_wrong_input(
    seed: int, *, context: int = 5, prompt: Sequence[int] = FIRST_PROMPT, steps: int = 7
) -> Mapping[str, float]:
    """The first step of the log whose step input is not that of the reference."""
    seen = _log("generate.crop_first", prompt, FORCED, context=context, steps=steps)
    lengths = [len(ids) for ids in seen.inputs]
    return {
        "answer": _wrong_steps(seen, prompt, context)[0],
        "window.full_is_too_full": lengths.index(context) + 1,
        "window.counts_generated_only": context + 2,  # the first with more generated tokens
    }


def _overwritten_printed(
    *, context: int, prompt: Sequence[int], steps: int
) -> Mapping[str, Figures]:
    return _lines(_log("generate.overwrites_last", prompt, FORCED, context=context, steps=steps))


@prints(_overwritten_printed)
@claim
def first_overwritten(
    seed: int, *, context: int = 12, prompt: Sequence[int] = (5, 2), steps: int = 5
) -> Mapping[str, float]:
    """The first step of the log whose step input is not that of the reference."""
    seen = _log("generate.overwrites_last", prompt, FORCED, context=context, steps=steps)
    wrong_steps = _wrong_steps(seen, prompt, context)
    return {
        "answer": wrong_steps[0],
        "ablation.visible_at_first_token": 1,
        "generation.token_sees_itself": wrong_steps[0] - 1,
        "evidence.last_step_shows_it": wrong_steps[-1],
    }


def _draws_printed(*, shown_seed: int) -> Mapping[str, Figures]:
    seen = _drawing(shown_seed)
    lines = zip(seen.distributions, seen.tokens, strict=True)
    return {
        "ids": [0, 2, 0, 1, 2],  # the first and the last, and the head of the table
        "log": [[step, p.tolist(), token] for step, (p, token) in enumerate(lines, start=1)],
    }


def _drawing(shown_seed: int) -> Run:
    """A loop that draws, on a table of three tokens."""
    given = iter(numbers(shown_seed, 5))
    stages = table_stages(random_table(shown_seed, 3))
    stages = replace(stages, select=lambda p: selection.select_token(p, next(given)))
    return run(generation.generate, stages, [0], tokens=5)


@prints(_draws_printed)
@claim
def first_not_greedy(seed: int, *, shown_seed: int = 101) -> Mapping[str, float | list[float]]:
    """The first step of the log whose token is not the greedy one."""
    seen = _drawing(shown_seed)
    lines = list(enumerate(zip(seen.distributions, seen.tokens, strict=True), start=1))
    others = [step for step, (p, token) in lines if selection.select_token(p) != token]
    return {
        "answer": others[0],
        "greedy.needs_a_majority": next(step for step, (p, _) in lines if float(p.max()) < 0.5),
        "greedy.avoids_repetition": next(
            step for step, _ in lines if seen.tokens[step - 1] in seen.tokens[: step - 1]
        ),
        "evidence.last_step_shows_it": others[-1],
    }


def _eos_printed(*, prompt: Sequence[int], eos: int, limit: int) -> Mapping[str, Figures]:
    return {"tokens": _without_stop(prompt, eos, limit).tokens}


def _without_stop(prompt: Sequence[int], eos: int, limit: int) -> Run:
    stages = forcing(small_model(0).stages(), (5, 7, 2, 8, 2, 4))
    return run(wrong("generate.ignores_eos"), stages, prompt, tokens=limit, eos_id=eos)


@prints(_eos_printed)
@claim
def last_right_step(
    seed: int, *, prompt: Sequence[int] = (2, 6), eos: int = 2, limit: int = 6
) -> Mapping[str, float]:
    """After which step the reference ends, if it selects the tokens of the log."""
    tokens = _without_stop(prompt, eos, limit).tokens
    stages = forcing(small_model(0).stages(), tokens)
    right = run(generation.generate, stages, prompt, tokens=limit, eos_id=eos)
    return {
        "answer": len(right.inputs),
        "generate.eos_not_appended": len(right.inputs) - 1,
        "generate.checks_previous_token": len(right.inputs) + 1,
        "evidence.last_step_shows_it": max(n for n, t in enumerate(tokens, 1) if t == eos),
        "generate.ignores_eos": len(tokens),
    }


@claim
def shape_in_the_gap(
    seed: int, *, tokens: int = 5, width: int = 12, vocabulary: int = 11
) -> Mapping[str, str | list[str]]:
    """The shape of what leaves the linear map in a recorded step, in the figure of a step."""
    model = small_model(seed, width=width, vocabulary_size=vocabulary)
    seen = run(generation.generate, model.stages(), list(range(tokens)), tokens=1)
    given, logits = seen.of("output")[0]
    rows, columns = logits.shape
    return {
        "answer": _forms(rows, columns),
        "logits.keep_the_width": _forms(*given.shape),
        "output_logits.last_position_only": [*_forms(1, columns), str(columns)],
        "output_logits.weight_transposed": _forms(columns, rows),
    }


def _forms(rows: int, columns: int) -> list[str]:
    """Ways to write a shape."""
    signs = (" x ", "x", " * ", ", ", " by ")
    return [f"{rows}{sign}{columns}" for sign in signs]


def _gap_printed(*, context: int, prompt: Sequence[int], hidden: int) -> Mapping[str, Figures]:
    """What the three boxes show, and the tokens on the arrows, without the hidden one."""
    seen = _flow(context, prompt, hidden)
    return {
        "boxes": [[1, seen.inputs[0]], [seen.tokens[0]], [2, seen.inputs[1]], [3, seen.inputs[2]]]
    }


def _flow(context: int, prompt: Sequence[int], hidden: int) -> Run:
    stages = forcing(small_model(0).stages(), (7, hidden, 0))
    return run(generation.generate, stages, prompt, tokens=3, context_length=context)


@prints(_gap_printed)
@claim
def token_on_the_arrow(
    seed: int, *, context: int = 4, prompt: Sequence[int] = (5, 1, 8), hidden: int = 6
) -> Mapping[str, float]:
    """Every token is tried on the arrow: with which one does step 3 read what the figure shows?"""
    shown = _flow(context, prompt, hidden)
    fits = [
        token
        for token in range(CONFIG.vocabulary_size)
        if _flow(context, prompt, token).inputs == shown.inputs
    ]
    [answer] = fits
    return {
        "answer": answer,
        "step_input.drops_first": shown.inputs[1][0],
        "generate.stale": shown.inputs[1][-1],
        "step_input.generated_first": shown.inputs[2][0],
    }


def _cache_printed(*, prompt: int, decode_pass: int) -> Mapping[str, Figures]:
    """The lines of the figure: number of the pass, new positions, keys in the cache."""
    decoder = CachedDecoder(small_model(0))
    lines: Figures = []
    for number in range(decode_pass + 1):
        decoder.run([1] * (prompt if number == 0 else 1))
        lines.append([number, decoder.positions_run[-1], decoder.length])
    lines[0], lines[-1] = lines[0][1:], lines[-1][:-1]  # prefill has no number; the gap
    return {"lines": lines}


@prints(_cache_printed)
@claim
def keys_in_the_box(seed: int, *, prompt: int = 4, decode_pass: int = 3) -> Mapping[str, float]:
    """The keys of each layer that are in the cache after a decode pass."""
    decoder = CachedDecoder(small_model(seed))
    decoder.run(list(range(prompt)))
    for token in range(decode_pass):
        decoder.run([token])
    return {
        "answer": decoder.length,
        "kv_cache.constant_size": prompt,
        "kv_cache.not_kept": decoder.positions_run[-1],
        "kv_cache.prefill_is_free": sum(decoder.positions_run[1:]),
    }
