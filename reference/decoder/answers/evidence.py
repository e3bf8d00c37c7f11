"""What a right or wrong program shows, as a taker sees it: numbers with few digits, in tables.

Two programs cannot be told apart if they show the same text. So the text is what is compared.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import torch
from torch import Tensor

from grader.keys.subject_keys import ShownRun
from grader.quiz.items.verify_keys import DiagnosisRun
from reference.decoder import attention, distribution, generation
from reference.decoder.answers import trials
from reference.decoder.misconceptions.catalogue import find

MARGIN = 1e-6  # a number nearer to a tie or to a rounding limit could differ on another CPU


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How one program continued each prompt."""

    runs: tuple[trials.Run | str, ...]  # a text says how the run ended early
    attention: tuple[Tensor, ...]  # (T, T), the first head of the first layer on each prompt


def program(backing: DiagnosisRun, misconception: str | None, seed: int) -> Program:
    """Run the right program, or the one with a mistake, on all prompts."""
    mistake = find(misconception) if misconception else None
    is_loop = mistake is not None and mistake.stage == "generate"
    loop = mistake.wrong if mistake and is_loop else generation.generate
    inner = {mistake.stage: mistake.wrong} if mistake and not is_loop else {}
    with trials.replaced(**inner) if inner else nullcontext():
        runs = tuple(_run(loop, backing, prompt, seed) for prompt in backing.prompts)
        rows = tuple(_attention(backing, prompt, seed) for prompt in backing.prompts)
    return Program(runs=runs, attention=rows)


def shown(backing: DiagnosisRun, seen: Program, right: Program) -> ShownRun:
    """The evidence in a stem; beside bare tokens stand those of the right program."""
    digits = _Digits()
    if backing.kinds == ("tokens",):
        text = _fenced(_tokens_table(backing, seen, right))
    else:
        logs = any(kind != "attention_weights" for kind in backing.kinds)
        parts = [_fenced(_log(backing, seen, digits))] if logs else []
        if "attention_weights" in backing.kinds:
            parts += [_fenced(_matrices(backing, seen, digits))]
        text = "\n\n".join(parts)
    return ShownRun(text=text, is_clear=digits.are_clear and _is_decided(backing, seen, right))


class _Digits:
    """Numbers with two digits; remembers whether one of them was near a rounding limit."""

    def __init__(self) -> None:
        self.are_clear = True

    def __call__(self, row: Tensor) -> str:
        for value in row.tolist():
            if value == value and abs(abs(value) * 100 % 1 - 0.5) < MARGIN * 100:
                self.are_clear = False
        return "  ".join(f"{value + 0.0:.2f}" for value in row.tolist())


def _run(
    loop: Callable[..., list[int]], backing: DiagnosisRun, prompt: Sequence[int], seed: int
) -> trials.Run | str:
    stages = _stages(backing, seed)
    try:
        return trials.run(
            loop,
            stages,
            prompt,
            tokens=backing.steps,
            context_length=backing.context_length,
        )
    except (IndexError, RuntimeError, ValueError, TypeError) as error:
        return f"ends with {type(error).__name__}"


def _model(backing: DiagnosisRun, seed: int) -> Any:
    return trials.small_model(
        seed,
        vocabulary_size=backing.vocabulary_size,
        context_length=backing.context_length,
        n_layers=backing.n_layers,
    )


def _stages(backing: DiagnosisRun, seed: int) -> generation.Stages:
    stages = _model(backing, seed).stages()
    if sampling := backing.sampling:

        def chances(logits: Tensor) -> Tensor:
            return distribution.next_token_distribution(
                logits.unsqueeze(0), sampling.temperature, sampling.top_k, sampling.top_p
            )[0]

        stages = replace(stages, softmax=chances)
    return trials.drawing(stages, seed) if backing.select == "draw" else stages


def _attention(backing: DiagnosisRun, prompt: Sequence[int], seed: int) -> Tensor:
    """The weights (T, T) of the first head of the first layer; none if they cannot be had."""
    if "attention_weights" not in backing.kinds:
        return torch.zeros(0, 0)
    kept: list[Tensor] = []
    compute = attention.attention_weights

    def recorded(queries: Tensor, keys: Tensor) -> Tensor:
        kept.append(compute(queries, keys))
        return kept[-1]

    stages = _model(backing, seed).stages()
    with trials.replaced(attention_weights=recorded):
        try:
            stages.layers[0](stages.embed(prompt))
        except (IndexError, RuntimeError):
            return torch.zeros(0, 0)
    return kept[0].reshape(-1, len(prompt), len(prompt))[0] if kept else torch.zeros(0, 0)


def _tokens_table(backing: DiagnosisRun, seen: Program, right: Program) -> Iterable[str]:
    prompts = [str(list(prompt)) for prompt in backing.prompts]
    rights, wrongs = ([_tokens(run) for run in program_.runs] for program_ in (right, seen))
    first, second = max(map(len, [*prompts, "prompt"])), max(map(len, [*rights, "right program"]))
    yield f"{'prompt':<{first}}   {'right program':<{second}}   this program"
    for prompt, expected, given in zip(prompts, rights, wrongs, strict=True):
        yield f"{prompt:<{first}}   {expected:<{second}}   {given}"


def _tokens(run: trials.Run | str) -> str:
    return run if isinstance(run, str) else " ".join(f"{token:>2}" for token in run.tokens)


def _log(backing: DiagnosisRun, seen: Program, digits: _Digits) -> Iterable[str]:
    """One line a step, with a column for each kind of evidence."""
    for prompt, run in zip(backing.prompts, seen.runs, strict=True):
        if len(backing.prompts) > 1:
            yield f"prompt {list(prompt)}"
        if isinstance(run, str):
            yield f"  {run}"
            continue
        columns: dict[str, list[str]] = {}
        if "step_inputs" in backing.kinds:
            columns["ids given to embed"] = [str(ids) for ids in run.inputs]
        if "distributions" in backing.kinds:
            columns["next-token distribution"] = [digits(row) for row in run.distributions]
        if "tokens" in backing.kinds:
            columns["selected"] = [f"{token:>5}" for token in run.tokens]
        yield from _columns(columns)


def _columns(columns: dict[str, list[str]]) -> Iterable[str]:
    widths = {name: max(map(len, [name, *cells])) for name, cells in columns.items()}
    yield ("step   " + "   ".join(f"{name:<{widths[name]}}" for name in columns)).rstrip()
    for row in range(max((len(cells) for cells in columns.values()), default=0)):
        cells = (
            f"{column[row] if row < len(column) else '':<{widths[name]}}"
            for name, column in columns.items()
        )
        yield f"{row + 1:>3}    {'   '.join(cells)}".rstrip()


def _matrices(backing: DiagnosisRun, seen: Program, digits: _Digits) -> Iterable[str]:
    """Attention weights, a row for each query."""
    for prompt, weights in zip(backing.prompts, seen.attention, strict=True):
        if len(backing.prompts) > 1:
            yield f"prompt {list(prompt)}"
        keys = "  ".join(
            f"key {number}" if number < 10 else f"key{number}" for number in range(len(weights))
        )
        yield f"          {keys}"
        for number, row in enumerate(weights):
            yield f"query {number:<2}   {digits(row).replace('  ', '   ')}"


def _fenced(lines: Iterable[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def _is_decided(backing: DiagnosisRun, *programs: Program) -> bool:
    """Whether no selection hangs on a tie that rounding could turn."""
    if backing.select == "draw":
        return True  # a drawn number lies on a limit with a chance of one in 10^15
    rows = (
        row
        for program_ in programs
        for run in program_.runs
        if not isinstance(run, str)
        for row in run.distributions
        if row.dim() == 1 and len(row) > 1
    )
    return all(float(top[0] - top[1]) > MARGIN for top in (row.topk(2).values for row in rows))


def with_prompts(backing: DiagnosisRun, more: int) -> DiagnosisRun:
    """The same run with random prompts in addition."""
    drawn = trials.prompts(backing.seed, more)
    prompts = tuple(tuple(i % backing.vocabulary_size for i in ids) for ids in drawn)
    return msgspec.structs.replace(backing, prompts=(*backing.prompts, *prompts))
