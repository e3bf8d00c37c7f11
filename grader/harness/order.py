"""Judging a generation trace: order of the stages, data flow, and the input of every step.

Each judge raises with the first step and stage that deviates, what was expected and what came.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.harness.comparison import Mismatch, kind_of
from grader.harness.trace import GenerationTrace, token_ids
from grader.observation import StageCall


def assert_stage_order(trace: GenerationTrace, *, n_layers: int, n_steps: int) -> None:
    """Every step calls embed, the layers in order, output, softmax and select, once each.

    One forward pass after the last selected token is accepted: it costs time and changes nothing.
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
                raise _plain(f"Step {number} ended after {names[-1]}; {stage} was never called.")
            if names[position] != stage:
                after = f" after {names[position - 1]}" if position else ""
                raise _plain(
                    f"Step {number} called {names[position]}{after}, where {stage} is expected."
                )
        if len(names) > len(expected):
            raise _plain(f"Step {number} called {names[len(expected)]} again after stages.select.")
    if not steps:
        raise _plain("generate returned without calling any of its stages.")


def assert_data_flow(trace: GenerationTrace) -> None:
    """In every step, each stage receives what the stage before it returned in this very step."""
    earlier: list[tuple[int, StageCall]] = []
    for number, step in enumerate(trace.steps(), start=1):
        for before, call in itertools.pairwise(step):
            if before.returned is not None and not _flows(before, call):
                came = _origin(call, before, [*earlier, *((number, c) for c in step)], number)
                raise _plain(
                    f"Step {number}: {call.stage} received {came}; "
                    f"it should receive {_expected(before, call)}."
                )
        earlier += [(number, call) for call in step]


def assert_step_inputs(
    trace: GenerationTrace, *, prompt: Sequence[int], context_length: int
) -> None:
    """Step i embeds the last C of the prompt joined with every token selected before step i."""
    generated: list[int] = []
    for number, step in enumerate(trace.steps(), start=1):
        first = step[0]
        if first.stage != "stages.embed":
            raise _plain(f"Step {number} began with {first.stage} instead of stages.embed.")
        came = token_ids(first.received)
        expected = [*prompt, *generated][-context_length:]
        if came != expected:
            are_ids = bool(came) or (isinstance(first.received, list) and not first.received)
            shown = str(came) if are_ids else kind_of(first.received)
            why = _explain(came, list(prompt), generated, context_length) if are_ids else ("", "")
            raise Mismatch(
                f"Step {number} embedded {shown}{why[0]}; "
                f"it should have embedded {expected}{why[1]}.",
                discreet=f"Step {number} embedded the wrong tokens{why[0]}{why[1]}.",
            )
        generated += [call.returned for call in step if call.stage == "stages.select"]


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
    return rows.reshape(-1, rows.shape[-1])[-1]


def _equal(a: Any, b: Any) -> bool:
    """The same content; an extra axis of length one and a change of precision do not matter."""
    a, b = np.squeeze(np.asarray(a)), np.squeeze(np.asarray(b))
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-7))


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
    if call.stage in ("stages.softmax", "stages.select") and rows.ndim >= 2:
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


def _explain(
    came: list[int], prompt: list[int], generated: list[int], context_length: int
) -> tuple[str, str]:
    """What the wrong ids are, in words (after the ids, after the expected ids)."""
    joined = prompt + generated
    known: list[tuple[list[int], str, str]] = [
        (
            prompt[-context_length:],
            ", the prompt alone",
            "the generated tokens never reach the model",
        ),
        (joined[:context_length], ", the first tokens", "a full window keeps the newest tokens"),
        (joined[:-1][-context_length:], "", "the newest token is missing"),
        (generated[-context_length:], ", the generated tokens alone", "the prompt is lost"),
        (joined[-1:], ", the newest token alone", "the model knows only what it is fed"),
        ((generated + prompt)[-context_length:], "", "the prompt comes first"),
        ((prompt + prompt + generated)[-context_length:], "", "the prompt is there twice"),
        ((joined + generated[-1:])[-context_length:], "", "the newest token is there twice"),
        (joined[-context_length:][1:], "", f"the window holds {context_length} tokens"),
        (joined[1:][-context_length:], "", "the first token is lost"),
        (joined, "", f"the window holds only {context_length} tokens"),
    ]
    for ids, what, why in known:
        if ids == came:
            return what, f": {why}"
    return "", ""


def _plain(sentence: str) -> Mismatch:
    return Mismatch(sentence, discreet=sentence)
