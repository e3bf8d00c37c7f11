"""Judging a cached generation: its order, and which ids the logits of every step stand for.

A step is a pass, by prefill or decode, and a selection. It does not matter how a pass came to its
logits: a prefill of everything gives what a decode gives, and only processes more positions.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from grader.generation.cached_stages import PASSES, number
from grader.generation.contents import equal_content
from grader.generation.loop_record import loop_record
from grader.generation.trace import GenerationTrace, is_selection, token_ids
from grader.harness.comparison import Mismatch
from grader.observed_calls import StageCall

_WRONG_ORDER = "A step does not call a pass and then stages.select, once each."
_WRONG_FLOW = "In a step, stages.select received other logits than those of this step."
_MOST_SHOWN = 24  # ids in a sentence


def assert_cached_order(trace: GenerationTrace, *, n_steps: int) -> None:
    """Prefill and select come first; then every step has one pass and one selection of its logits.

    One pass after the last selected token is accepted: it costs time and changes nothing.

    Raises:
        Mismatch: a step deviates, or there is none. Since 0.5.
    """
    steps = trace.steps()
    if not steps:
        sentence = "generate_cached returned without calling any of its stages."
        raise Mismatch(sentence, discreet=_WRONG_ORDER)
    for number_, step in enumerate(steps, start=1):
        problem = _order(number_, step)
        if problem and not (number_ == len(steps) > n_steps and len(step) == 1):
            look = partial(loop_record, trace, wrong=number_, part="order")
            raise Mismatch(f"Step {number_} {problem}", discreet=_WRONG_ORDER, look=look)
    for number_, step in enumerate(steps, start=1):
        came = len(step) > 1 and step[1].received
        if len(step) > 1 and step[0].returned and not equal_content(came, step[0].returned[0]):
            raise Mismatch(
                f"Step {number_}: stages.select received {_origin(came, steps, number_)}; it "
                f"should receive the logits that {step[0].stage} returned in this step.",
                discreet=_WRONG_FLOW,
                look=partial(loop_record, trace, wrong=number_, part="flow"),
            )


def _order(number_: int, step: Sequence[StageCall]) -> str:
    names = [call.stage for call in step]
    if names[0] not in PASSES:
        return f"began with {names[0]}; there are no logits before stages.prefill was called."
    if number_ == 1 and names[0] != PASSES[0]:
        return f"began with {names[0]}; stages.prefill reads the prompt first."
    if len(names) == 1:
        return f"ended after {names[0]}; stages.select was not called on its logits."
    if len(names) > 2:
        return f"called {names[2]} again after stages.select."
    return ""


def _origin(came: object, steps: Sequence[Sequence[StageCall]], at: int) -> str:
    for number_, step in enumerate(steps[: at - 1], start=1):
        if step[0].returned and equal_content(came, step[0].returned[0]):
            return f"the logits of step {number_}"
    return "an array that no pass returned"


def assert_prefixes(trace: GenerationTrace, *, prompt: Sequence[int], context_length: int) -> None:
    """The logits of step i stand for the last C of the prompt and every token selected before it.

    Args:
        context_length: C.

    Raises:
        Mismatch: a pass stands for other ids; the sentence says which, and by what idea.
            Since 0.5.
    """
    steps = list(_read_by_steps(trace))
    for at, (ids, generated) in enumerate(steps, start=1):
        expected = [*prompt, *generated][-context_length:]
        if ids == expected:
            continue
        what, why = _explained(steps[at - 1 :], list(prompt), context_length)
        reading = partial(_prefix, dict(_prefixes(trace)))
        raise Mismatch(
            f"The logits of step {at} stand for {_shown(ids)}{what}; they should stand for "
            f"{_shown(expected)}{': ' + why if why else ''}.",
            discreet=f"The logits of a step stand for the wrong tokens{what}"
            f"{': ' + why if why else ''}.",
            look=partial(
                loop_record,
                trace,
                wrong=at,
                part="ids",
                prompt=prompt,
                context_length=context_length,
                reading=reading,
            ),
        )


def assert_few_positions(trace: GenerationTrace, *, most: int) -> None:
    """No more positions were processed than a cache needs: those of the prompt, and one a step.

    Raises:
        Mismatch: there were more; the sentence says how many, and by which calls. Since 0.5.
    """
    passes = [call for call in trace.calls if call.stage in PASSES and call.returned is not None]
    positions = [_positions(call) for call in passes]
    if sum(positions) > most:
        raise Mismatch(
            f"{sum(positions)} positions were processed, by passes over "
            f"{', '.join(map(str, positions[:_MOST_SHOWN]))}; {most} are enough. The tokens are "
            f"right: a cache saves the work of reading them again.",
            discreet="More positions were processed than a cache needs.",
        )


def _positions(call: StageCall) -> int:
    return len(token_ids(call.received)) if call.stage == PASSES[0] else 1


def _prefixes(trace: GenerationTrace) -> Iterator[tuple[int, list[int]]]:
    """The ids that each cache stands for, by its ticket."""
    known: dict[int, list[int]] = {}
    for call in trace.calls:
        if call.stage in PASSES and call.returned is not None:
            known[call.returned[1]] = _prefix(known, [call])
            yield call.returned[1], known[call.returned[1]]


def _prefix(known: dict[int, list[int]], step: Sequence[StageCall]) -> list[int]:
    """The ids that the pass of a step stands for; as far as is known where it was refused."""
    call = step[0]
    if call.stage == PASSES[0]:
        return token_ids(call.received)
    if call.stage != PASSES[1] or not isinstance(call.received, list) or len(call.received) != 2:
        return []
    token, ticket = map(number, call.received)
    return [*known.get(ticket or 0, []), *([] if token is None else [token])]


def _read_by_steps(trace: GenerationTrace) -> Iterator[tuple[list[int], list[int]]]:
    """For each pass that a token was selected by, or that was refused: what it stands for, and the
    tokens that were selected before it."""
    known = dict(_prefixes(trace))
    generated: list[int] = []
    for step in trace.steps():
        if step[0].stage in PASSES and (len(step) > 1 or step[0].returned is None):
            yield _prefix(known, step), list(generated)
        generated += [call.returned for call in step if is_selection(call)]


def _shown(ids: Sequence[int]) -> str:
    return str(list(ids)) if len(ids) <= _MOST_SHOWN else f"[…, {str(list(ids[-_MOST_SHOWN:]))[1:]}"


def _explained(
    steps: Sequence[tuple[list[int], list[int]]], prompt: list[int], context_length: int
) -> tuple[str, str]:
    """What the wrong ids are, in words; the idea that explains all later steps too comes first."""
    fitting = [
        (words, ids_of)
        for words, ids_of in _IDEAS.items()
        if ids_of(prompt, steps[0][1], context_length) == steps[0][0]
    ]
    for words, ids_of in fitting:
        if all(ids_of(prompt, generated, context_length) == ids for ids, generated in steps):
            return words
    return fitting[0][0] if fitting else ("", "")


# What mistakes let the logits stand for, by what is said of the ids and of the right ones.
_IDEAS: dict[tuple[str, str], Callable[[list[int], list[int], int], list[int]]] = {
    (", the prompt alone", "each selected token must be fed"): lambda x, y, c: x[-c:],
    (", the newest token alone", "a prefill begins a new cache"): lambda x, y, c: [*x, *y][-1:],
    (
        ", the newest token right after the prompt",
        "each decode must get the cache that the pass before it returned",
    ): lambda x, y, c: [*x[-c:], *y[-1:]],
    (", the prompt's last token twice", "the prefill has read it already"): lambda x, y, c: [
        *x,
        *x[-1:],
        *y,
    ],
    ("", "the newest token was not fed"): lambda x, y, c: [*x, *y][:-1][-c:],
    ("", "the newest token was fed twice"): lambda x, y, c: [*x, *y, *y[-1:]],
    ("", "the last token of the prompt is missing"): lambda x, y, c: [*x[:-1], *y][-c:],
    (", the generated tokens alone", "the prompt is lost"): lambda x, y, c: y[-c:],
    (", the first tokens", "a full window keeps the newest tokens"): lambda x, y, c: [*x, *y][:c],
    ("", "the window holds one token more"): lambda x, y, c: [*x, *y][-c:][1:],
    ("", "the window is too long"): lambda x, y, c: [*x, *y],
}
