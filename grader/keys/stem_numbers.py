"""The numbers of a stem are those that its key was run with, and those that the run printed.

A number is written in digits. Digits in a name, such as `W_1`, are none, and neither are words such
as "three": those belong to the words, which a person agrees to.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.errors import did_you_mean
from grader.keys.registry import Claim, parameters, printed_by
from grader.keys.truths import Broken
from grader.quiz.items.verify_keys import (
    AblationRun,
    Backing,
    DiagnosisRun,
    NumericRun,
    PredicateRun,
)

NUMBER = re.compile(r"(?<![\w^_.])(?:(?<![\w)\]}])-)?\d+(?:\.\d+)?(?:/\d+)?(?!\w)")
ALMOST = 1e-9  # what binary fractions lose of a decimal


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A number that the stem must hold."""

    number: float
    name: str = ""
    is_printed: bool = False  # it came out of the run, and may be rounded


def parameters_of(claim: Claim, backing: NumericRun | PredicateRun | AblationRun) -> dict[str, Any]:
    """What a claim is run with.

    Raises:
        Broken: `with` names no parameter of it.
    """
    usual = parameters(claim)
    for name in backing.with_:
        if name not in usual:
            raise Broken(f"`with` names no parameter: {name!r}. {did_you_mean(name, usual)}")
    return {**usual, **backing.with_}


def number_problems(
    stem: str, backing: Backing, *, claim: Claim | None = None, run_with: Mapping[str, Any]
) -> list[str]:
    """Where a stem has other numbers than the run.

    Args:
        claim: what was run; None for traces and programs.
        run_with: its parameters, by name.

    Raises:
        Broken: `numbers` names nothing that was run or printed.
    """
    found = NUMBER.findall(stem)
    wanted = list(_wanted(backing, claim, run_with))
    if len(found) != len(wanted):
        return [
            f"the stem holds {_listed(found)}, and the run {_listed([w.number for w in wanted])}:"
            " say with `numbers:` what each number of the stem is"
        ]
    return [
        f"the stem says {text} where {each.name or 'the number'} is {each.number:.6g}"
        for text, each in zip(found, wanted, strict=True)
        if not _is_written(text, each)
    ][:3]


def program_numbers(backing: DiagnosisRun) -> dict[str, Any]:
    """What the program of a diagnosis is run with."""
    sampling = backing.sampling
    return {
        "prompts": backing.prompts,
        "prompt_lengths": [len(prompt) for prompt in backing.prompts],
        "steps": backing.steps,
        "vocabulary_size": backing.vocabulary_size,
        "context_length": backing.context_length,
        "n_layers": backing.n_layers,
        "temperature": sampling.temperature if sampling else 1.0,
        **({"top_k": sampling.top_k, "top_p": sampling.top_p} if sampling else {}),
    }


def _wanted(
    backing: Backing, claim: Claim | None, run_with: Mapping[str, Any]
) -> Iterator[_Wanted]:
    """Each number that the stem must hold."""
    listed: Sequence[str | int | float] | None = backing.numbers
    if listed is None:
        listed = tuple(run_with) if claim is not None else ()
    known: Mapping[str, Any] = run_with
    if claim is not None and any(isinstance(n, str) and n not in run_with for n in listed):
        known = {**printed_by(claim)(**run_with), **run_with}
    for each in listed:
        if not isinstance(each, str):
            yield _Wanted(each)
            continue
        if each not in known:
            raise Broken(
                f"`numbers` names nothing that is run or printed: {each!r}."
                f" {did_you_mean(each, known)}"
            )
        for number in _flat(known[each]):
            yield _Wanted(number, each, each not in run_with)


def _flat(value: Any) -> Iterator[float]:
    if isinstance(value, int | float):
        yield value
    elif value is not None:
        for part in value.tolist() if hasattr(value, "tolist") else value:
            yield from _flat(part)


def _is_written(text: str, wanted: _Wanted) -> bool:
    """Whether a number is written so, a printed one rounded to the decimals that are shown."""
    read = float(Fraction(text))
    if wanted.is_printed and "." in text:
        return abs(read - wanted.number) <= 0.5 * 10.0 ** -len(text.partition(".")[2]) + ALMOST
    return math.isclose(read, wanted.number, rel_tol=ALMOST, abs_tol=ALMOST)


def _listed(numbers: Sequence[str | float]) -> str:
    if not numbers:
        return "no number"
    said = " ".join(n if isinstance(n, str) else f"{n:.6g}" for n in numbers[:12])
    return f"{said}{' ...' if len(numbers) > 12 else ''}"
