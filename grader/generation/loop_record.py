"""What a generation did around its first wrong step, as it can be shown: a row a step."""

from collections.abc import Callable, Sequence
from typing import Literal

from grader.evidence import LoopRecord, LoopStep
from grader.generation.contents import row_of
from grader.generation.trace import GenerationTrace, is_selection, token_ids
from grader.harness.comparison import kind_of
from grader.observed_calls import StageCall

_STEPS_BEFORE, _STEPS_AFTER = 4, 7
_MOST_IDS = 24  # of one step: the last of them
_MOST_CALLS = 12


Reading = Callable[[Sequence[StageCall]], list[int]]


def embedded(step: Sequence[StageCall]) -> list[int]:
    """The ids that a step embedded."""
    return token_ids(step[0].received) if step[0].stage == "stages.embed" else []


def loop_record(
    trace: GenerationTrace,
    *,
    wrong: int,
    part: Literal["ids", "row", "flow", "order"],
    prompt: Sequence[int] = (),
    context_length: int | None = None,
    reading: Reading | None = None,
) -> LoopRecord:
    """The steps around the first wrong one.

    Args:
        wrong: the number of that step.
        part: what is wrong in it.
        context_length: of the window; None where nobody knows what should have been embedded.
        reading: the ids that the logits of a step stand for; None: those that it embedded.
    """
    steps = trace.steps()
    shown: list[LoopStep] = []
    generated: list[int] = []
    for number, step in enumerate(steps, start=1):
        if -_STEPS_BEFORE <= number - wrong <= _STEPS_AFTER:
            right = [] if context_length is None else [*prompt, *generated][-context_length:]
            shown.append(
                _step(
                    number, step, right, ids=(reading or embedded)(step), with_calls=part == "order"
                )
            )
        generated += [call.returned for call in step if is_selection(call)]
    return LoopRecord(
        steps=tuple(shown),
        n_steps=len(steps),
        first_wrong=wrong,
        part=part,
        prompt=tuple(prompt[:_MOST_IDS]),
        reads="stand for" if reading else "embedded",
    )


def _step(
    number: int,
    step: Sequence[StageCall],
    right: Sequence[int],
    *,
    ids: list[int],
    with_calls: bool,
) -> LoopStep:
    first = step[0]
    return LoopStep(
        number=number,
        embedded=tuple(ids[-_MOST_IDS:]),
        n_embedded=len(ids),
        instead="" if ids or first.stage != "stages.embed" else kind_of(first.received),
        expected=tuple(right[-_MOST_IDS:]),
        n_expected=len(right),
        row=_row_used(step),
        selected=next((call.returned for call in step if is_selection(call)), None),
        calls=tuple(call.stage for call in step[:_MOST_CALLS]) if with_calls else (),
    )


def _row_used(step: Sequence[StageCall]) -> int | None:
    """The position whose logits, or whose distribution, the token was selected by."""
    returned = {call.stage: call.returned for call in step if call.returned is not None}
    for stage, before in (("stages.select", "stages.softmax"), ("stages.softmax", "stages.output")):
        for call in step:
            if call.stage == stage and before in returned:
                found = row_of(call.received, returned[before])
                if found is not None:
                    return found
    return None
