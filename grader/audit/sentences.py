"""Is what is said of errors without a name true? Tried on errors whose cause is known.

This is the one figure that is measured on the trusted side: what stands behind an error must be
known without rounding, and no process of a student's may know it. The inputs are those of the
assignment's own checks.
"""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.audit.result import Figure
from grader.audit.sentence_truth import ExactAnswer, is_true
from grader.audit.wrong_outputs import of_version, random_change, scaled_down
from grader.diagnosis.closeness import rounding_of
from grader.diagnosis.patterns import pattern_of, result_of
from grader.diagnosis.versions import Versions
from grader.diagnosis.wrong_answers import WrongAnswer, wrong_answer
from grader.subject.subject import Subject, both

Inputs = Mapping[str, Sequence[Sequence[Any]]]  # of each stage, the arguments of every call

_SEED = 21
_ROUNDING = 2e-7  # of the largest value, as float32 leaves it
_MORE_THAN_ROUNDING = 2e-5
_FEW = 12  # calls of a stage that are looked at; more only take time


def no_false_sentence(subject: Subject, inputs: Inputs, *, samples: int) -> Figure:
    """How many of the sentences that are said are true.

    Args:
        samples: how many pairs in one stage are tried; of random changes five times as many.
    """
    versions = Versions(subject)
    rng = np.random.default_rng(_SEED)
    said, exceptions = 0, []
    # Of several arrays nothing is said but a name.
    single = {
        stage: [call for call in calls if not versions.outcome(stage, call, "float64").form]
        for stage, calls in inputs.items()
    }
    few = {
        stage: calls[:: max(1, len(calls) // _FEW)][:_FEW]
        for stage, calls in single.items()
        if calls
    }
    for cause, stage, answers in _causes(versions, few, samples, rng):
        axes = subject.axes.get(stage, ())
        sentence = pattern_of(
            result_of(subject, stage), _as_returned(versions, stage, few[stage], answers, rng)
        )
        if not sentence:
            continue
        said += 1
        wrong = [a for a in answers if a is not None and _is_wrong(a)]
        if not is_true(sentence, axes, wrong):
            exceptions.append(f"{cause}: {sentence!r} is not true.")
    return Figure(
        name="no false sentence",
        claim="sentences about errors without a name that are true of what was done",
        good=said - len(exceptions),
        of=said,
        percent_needed=100,
        exceptions=tuple(exceptions),
    )


def _causes(
    versions: Versions, inputs: Inputs, samples: int, rng: np.random.Generator
) -> Iterator[tuple[str, str, list[ExactAnswer | None]]]:
    """What was done, in which stage, and what came of it in each call."""
    subject = versions.subject
    pairs = [pair for stage in inputs for pair in subject.pairs_of(stage)]
    drawn = random.Random(_SEED).sample(pairs, min(samples, len(pairs)))  # noqa: S311 - no secret
    known = [entry.id for entry in subject.misconceptions if entry.stage in inputs]
    for version in itertools.chain(known, map(both, drawn)):
        stage = version.partition(".")[0]
        answers = list(of_version(versions, stage, version, inputs=inputs[stage]))
        yield version, stage, answers
        numbers = [a for a in answers if a is not None]
        if len(numbers) == len(answers) and (smaller := scaled_down(numbers, rng)):
            yield f"{version}, scaled down", stage, list(smaller)
    stages = list(inputs)
    for number in range(5 * samples if stages else 0):
        stage, change = stages[number % len(stages)], random_change(rng)
        right = [versions.outcome(stage, call, "float64").value for call in inputs[stage]]
        changed = [None if r is None else ExactAnswer(change(r), r) for r in right]
        yield f"random change {number} of {stage}", stage, list(changed)


def _is_wrong(answer: ExactAnswer) -> bool:
    if answer.wrong.shape != answer.right.shape:
        return True
    return bool(answer.error().max(initial=0.0) > _MORE_THAN_ROUNDING)


def _as_returned(
    versions: Versions,
    stage: str,
    inputs: Sequence[Sequence[Any]],
    answers: Sequence[ExactAnswer | None],
    rng: np.random.Generator,
) -> list[WrongAnswer]:
    """The wrong answers as a student's code in float32 returns them, if all are clearly wrong."""
    found = []
    for arguments, answer in zip(inputs, answers, strict=True):
        if answer is None or not _is_wrong(answer):
            continue
        came = answer.wrong
        if not (answer.right == np.round(answer.right)).all():
            noise = 1 + _ROUNDING * rng.uniform(-1, 1, size=came.shape)
            came = (came * noise).astype(np.float32).astype(np.float64)
        one = wrong_answer(came, answer.right, rounding_of(versions, stage, arguments))
        if one.has_right_shape and not one.is_wrong.any():
            return []
        found.append(one)
    return found
