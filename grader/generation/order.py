"""Judging a generation trace: order of the stages, data flow, and the input of every step.

Each judge raises with the first step and stage that deviates, what was expected and what came.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from grader.generation.contents import equal_content, last_row, row_of
from grader.generation.loop_record import loop_record
from grader.generation.trace import GenerationTrace, is_selection, token_ids
from grader.harness.comparison import Mismatch, kind_of
from grader.observed_calls import StageCall
from grader.text import counted

_FLOW = ("stages.embed", "stages.layers[", "stages.output", "stages.softmax", "stages.select")
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
        if names != expected:
            raise _wrong_order(f"Step {number} {_deviation(names, expected)}", trace, number)
    if not steps:
        sentence = "generate returned without calling any of its stages."
        raise Mismatch(sentence, discreet=_WRONG_ORDER)


def _deviation(names: Sequence[str], expected: Sequence[str]) -> str:
    """What a step called first that it should not, or did not call."""
    for position, stage in enumerate(expected):
        if position >= len(names):
            return f"ended after {names[-1]}; {stage} was never called."
        if names[position] != stage:
            after = f" after {names[position - 1]}" if position else ""
            return f"called {names[position]}{after}, where {stage} is expected."
    return f"called {names[len(expected)]} again after stages.select."


def assert_data_flow(trace: GenerationTrace) -> None:
    """In every step, each stage receives what the stage before it returned in this very step.

    Raises:
        Mismatch: a stage received something else.
    """
    earlier: list[tuple[int, StageCall]] = []
    for number, step in enumerate(trace.steps(), start=1):
        for place, call in enumerate(step):
            before = _source(step[:place], call)
            if before and before.returned is not None and not _flows(before, call):
                came = _origin(call, before, [*earlier, *((number, c) for c in step)], number)
                raise Mismatch(
                    f"Step {number}: {call.stage} received {came}; "
                    f"it should receive {_expected(before, call)}.",
                    discreet="In a step, a stage received another array than it should.",
                    look=partial(
                        loop_record,
                        trace,
                        wrong=number,
                        part="flow" if _row(call, before) is None else "row",
                    ),
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
                look=partial(
                    loop_record,
                    trace,
                    wrong=position + 1,
                    part="ids",
                    prompt=prompt,
                    context_length=context_length,
                ),
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
            said = f"Step {number} began with {step[0].stage} instead of stages.embed."
            raise _wrong_order(said, trace, number)
        inputs.append(_StepInput(step[0].received, list(generated)))
        generated += [call.returned for call in step if is_selection(call)]
    return inputs


def _source(earlier: Sequence[StageCall], call: StageCall) -> StageCall | None:
    """The call of this step whose answer a stage should receive.

    It is the one before, unless that is a stage which comes later in a step.
    """
    rank = _rank(call)
    if earlier and _rank(earlier[-1]) <= rank and not is_selection(earlier[-1]):
        return earlier[-1]
    return next((other for other in reversed(earlier) if _rank(other) < rank), None)


def _rank(call: StageCall) -> int:
    """Where in a step a stage has its place; the layers share one."""
    return next(n for n, stage in enumerate(_FLOW) if call.stage.startswith(stage))


def _flows(before: StageCall, call: StageCall) -> bool:
    if call.stage == "stages.softmax":
        return equal_content(call.received, before.returned) or equal_content(
            call.received, last_row(before.returned)
        )
    if call.stage == "stages.select":
        return equal_content(call.received, last_row(before.returned))
    return equal_content(call.received, before.returned)


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
    if (row := _row(call, before)) is not None:
        return f"the row of position {row}"
    for step, other in reversed(earlier):
        if other is call or other.returned is None:
            continue
        when = "this step" if step == number else f"step {step}"
        if equal_content(call.received, other.returned):
            return f"what {other.stage} returned in {when}"
        if other.stage == "stages.output" and equal_content(
            call.received, last_row(other.returned)
        ):
            return f"the last row of the logits of {when}"
    return "an array that no stage returned"


def _row(call: StageCall, before: StageCall) -> int | None:
    """The position whose row a stage received that takes one row."""
    takes_one = call.stage in ("stages.softmax", "stages.select")
    return row_of(call.received, before.returned) if takes_one else None


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
    certain = near if len(near) == 1 else []  # of several, none of which goes on to fit
    what, why = [*throughout, *certain, ("", "")][0]
    return what, f": {why}" if why else ""


def _known(
    prompt: list[int], generated: list[int], context_length: int
) -> dict[tuple[str, str], list[int] | None]:
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
        ("", f"the window holds {counted(c, 'token')}"): joined[-c:][1:]
        if len(joined) >= c
        else None,
        ("", "the first token is lost"): joined[1:][-c:],
        ("", f"the window holds only {counted(c, 'token')}"): joined,
    }


def _without_number(why: str) -> str:
    """What a hidden check says: how long its window is follows from its input."""
    return re.sub(r"( only)? \d+ tokens?$", " another number of tokens", why)


def _wrong_order(sentence: str, trace: GenerationTrace, step: int) -> Mismatch:
    look = partial(loop_record, trace, wrong=step, part="order")
    return Mismatch(sentence, discreet=_WRONG_ORDER, look=look)
