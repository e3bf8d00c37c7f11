"""Judging a generation trace: order of the stages, data flow, and the input of every step.

Each judge raises with the first step and stage that deviates, what was expected and what came.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.generation.trace import GenerationTrace, is_selection, token_ids
from grader.harness.comparison import Mismatch, kind_of
from grader.observed_calls import StageCall

_WRONG_ORDER = "A step does not call its stages in the right order, once each."


def assert_stage_order(trace: GenerationTrace, *, n_layers: int, n_steps: int) -> None:
    """Every step calls embed, the layers in order, output, softmax and select, once each.

    One forward pass after the last selected token is accepted: it costs time and changes nothing.

    Raises:
        Mismatch: a step deviates, or there is none.
    """
    expected = ["stages.embed", *(f"stages.layers[{k}]" for k in range(n_layers))]
    expected += ["stages.output", "stages.softmax", "stages.select"]
    steps = trace.steps()
    for number, step in enumerate(steps, start=1):
        names = [call.stage for call in step]
        if number == len(steps) > n_steps and names == expected[: len(names)]:
            return
        for position, stage in enumerate(expected):
            if position >= len(names):
                raise _wrong_order(
                    f"Step {number} ended after {names[-1]}; {stage} was never called."
                )
            if names[position] != stage:
                after = f" after {names[position - 1]}" if position else ""
                raise _wrong_order(
                    f"Step {number} called {names[position]}{after}, where {stage} is expected."
                )
        if len(names) > len(expected):
            raise _wrong_order(
                f"Step {number} called {names[len(expected)]} again after stages.select."
            )
    if not steps:
        raise _wrong_order("generate returned without calling any of its stages.")


def assert_data_flow(trace: GenerationTrace) -> None:
    """In every step, each stage receives what the stage before it returned in this very step.

    Raises:
        Mismatch: a stage received something else.
    """
    earlier: list[tuple[int, StageCall]] = []
    for number, step in enumerate(trace.steps(), start=1):
        for before, call in itertools.pairwise(step):
            if before.returned is not None and not _flows(before, call):
                came = _origin(call, before, [*earlier, *((number, c) for c in step)], number)
                raise Mismatch(
                    f"Step {number}: {call.stage} received {came}; "
                    f"it should receive {_expected(before, call)}.",
                    discreet="In a step, a stage received another array than it should.",
                )
        earlier += [(number, call) for call in step]


def assert_step_inputs(
    trace: GenerationTrace, *, prompt: Sequence[int], context_length: int
) -> None:
    """Step i embeds the last C of the prompt joined with every token selected before step i.

    Args:
        context_length: C.

    Raises:
        Mismatch: a step embedded other ids, or began with another stage.
    """
    inputs = _step_inputs(trace)
    for position, step in enumerate(inputs):
        expected = [*prompt, *step.generated][-context_length:]
        came = token_ids(step.received)
        if came != expected:
            are_ids = bool(came) or (isinstance(step.received, list) and not step.received)
            shown = str(came) if are_ids else kind_of(step.received)
            later = inputs[position:]
            what, why = _explain(later, list(prompt), context_length) if are_ids else ("", "")
            raise Mismatch(
                f"Step {position + 1} embedded {shown}{what}; "
                f"it should have embedded {expected}{why}.",
                discreet=f"A step embedded the wrong tokens{what}{_without_number(why)}.",
            )


@dataclass(frozen=True, slots=True)
class _StepInput:
    """What a step embedded, and the tokens that had been selected before it."""

    received: Any
    generated: list[int]


def _step_inputs(trace: GenerationTrace) -> list[_StepInput]:
    inputs: list[_StepInput] = []
    generated: list[int] = []
    for number, step in enumerate(trace.steps(), start=1):
        if step[0].stage != "stages.embed":
            raise _wrong_order(f"Step {number} began with {step[0].stage} instead of stages.embed.")
        inputs.append(_StepInput(step[0].received, list(generated)))
        generated += [call.returned for call in step if is_selection(call)]
    return inputs


def _flows(before: StageCall, call: StageCall) -> bool:
    if call.stage == "stages.softmax":
        return _equal(call.received, before.returned) or _equal(
            call.received, _last_row(before.returned)
        )
    if call.stage == "stages.select":
        return _equal(call.received, _last_row(before.returned))
    return _equal(call.received, before.returned)


def _last_row(value: Any) -> Any:
    rows = np.asarray(value)
    return rows.reshape(-1, rows.shape[-1])[-1] if rows.ndim and rows.size else rows


def _equal(a: Any, b: Any) -> bool:
    """The same content; an extra axis of length one and a change of precision do not matter."""
    a, b = _numbers(a), _numbers(b)
    if a is None or b is None:
        return False
    if a.shape == b.shape and (a == b).all():  # as it is in a right loop, and soon seen
        return True
    a, b = np.squeeze(a), np.squeeze(b)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-7))


def _numbers(value: Any) -> NDArray[Any] | None:
    """What a stage was handed as an array; None where it is no array, however it is turned."""
    if isinstance(value, np.ndarray):
        return value
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None


def _expected(before: StageCall, call: StageCall) -> str:
    if call.stage == "stages.softmax":
        return "the last row of the logits of this step"
    if call.stage == "stages.select":
        return "the distribution that stages.softmax returned for the last position of this step"
    return f"what {before.stage} returned in this step"


def _origin(
    call: StageCall, before: StageCall, earlier: list[tuple[int, StageCall]], number: int
) -> str:
    """What the received array really is, if it is something that was seen before."""
    rows = np.asarray(before.returned)
    if call.stage in ("stages.softmax", "stages.select") and rows.ndim >= 2 and rows.size:
        for position, row in enumerate(rows.reshape(-1, rows.shape[-1])):
            if _equal(call.received, row):
                return f"the row of position {position}"
    for step, other in reversed(earlier):
        if other is call or other.returned is None:
            continue
        when = "this step" if step == number else f"step {step}"
        if _equal(call.received, other.returned):
            return f"what {other.stage} returned in {when}"
        if other.stage == "stages.output" and _equal(call.received, _last_row(other.returned)):
            return f"the last row of the logits of {when}"
    return "an array that no stage returned"


def _explain(steps: list[_StepInput], prompt: list[int], context_length: int) -> tuple[str, str]:
    """What the wrong ids are, in words (after the ids, after the expected ids).

    Two mistakes can look alike in one step; the one that explains all later steps too is named.
    """

    def fits(words: tuple[str, str], step: _StepInput) -> bool:
        known = _known(prompt, step.generated, context_length)
        return known[words] == token_ids(step.received)

    near = [
        words
        for words in _known(prompt, steps[0].generated, context_length)
        if fits(words, steps[0])
    ]
    throughout = [words for words in near if all(fits(words, step) for step in steps)]
    what, why = [*throughout, *near, ("", "")][0]
    return what, f": {why}" if why else ""


def _known(
    prompt: list[int], generated: list[int], context_length: int
) -> dict[tuple[str, str], list[int]]:
    """The ids that known mistakes embed, by what is said of them."""
    c = context_length
    joined = prompt + generated
    return {
        (", the prompt alone", "the generated tokens never reach the model"): prompt[-c:],
        (", the first tokens", "a full window keeps the newest tokens"): joined[:c],
        ("", "the newest token is missing"): joined[:-1][-c:],
        (", the generated tokens alone", "the prompt is lost"): generated[-c:],
        (", the newest token alone", "the model knows only what it is fed"): joined[-1:],
        ("", "the prompt comes first"): (generated + prompt)[-c:],
        ("", "the prompt is there twice"): (prompt + prompt + generated)[-c:],
        ("", "the newest token is there twice"): (joined + generated[-1:])[-c:],
        ("", f"the window holds {c} tokens"): joined[-c:][1:],
        ("", "the first token is lost"): joined[1:][-c:],
        ("", f"the window holds only {c} tokens"): joined,
    }


def _without_number(why: str) -> str:
    """What a hidden check says: how long its window is follows from its input."""
    return re.sub(r" \d+ tokens$", " another number of tokens", why)


def _wrong_order(sentence: str) -> Mismatch:
    return Mismatch(sentence, discreet=_WRONG_ORDER)
