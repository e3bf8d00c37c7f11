"""Judging a cached generation: its order, and which ids the logits of every step stand for.

A step is a pass, by prefill or decode, and a selection. It does not matter how a pass came to its
logits: a prefill of everything gives what a decode gives, and only processes more positions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
    for at, step in enumerate(steps, start=1):
        ids, expected = step.ids, [*prompt, *step.generated][-context_length:]
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


def assert_few_positions(trace: GenerationTrace, *, most: int, n_steps: int | None = None) -> None:
    """No more positions were processed than a cache needs: those of the prompt, and one a step.

    Args:
        n_steps: of how many tokens the passes are counted; by default of all that were selected.
            A pass after the last of them is not counted.

    Raises:
        Mismatch: there were more; the sentence says how many, and by which calls. Since 0.5.
    """
    selected = [at for at, call in enumerate(trace.calls) if is_selection(call)]
    calls = trace.calls[: selected[:n_steps][-1] if selected[:n_steps] else None]
    passes = [call for call in calls if call.stage in PASSES and call.returned is not None]
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


@dataclass(frozen=True, slots=True)
class _Read:
    """What one pass stands for, and the tokens that were selected before it."""

    ids: list[int]
    generated: list[int]
    is_decode: bool
    is_newest: bool  # it got the cache that the pass before it returned, or needs none


def _read_by_steps(trace: GenerationTrace) -> Iterator[_Read]:
    """For each pass that a token was selected by, or that was refused."""
    known = dict(_prefixes(trace))
    generated: list[int] = []
    newest: int | None = None
    for step in trace.steps():
        call = step[0]
        if call.stage in PASSES and (len(step) > 1 or call.returned is None):
            is_decode = call.stage == PASSES[1]
            is_newest = not is_decode or _ticket(call) == newest
            yield _Read(_prefix(known, step), list(generated), is_decode, is_newest)
        if call.stage in PASSES and call.returned is not None:
            newest = call.returned[1]
        generated += [call.returned for call in step if is_selection(call)]


def _ticket(call: StageCall) -> int | None:
    received = call.received
    return number(received[1]) if isinstance(received, list) and len(received) == 2 else None


def _shown(ids: Sequence[int]) -> str:
    return str(list(ids)) if len(ids) <= _MOST_SHOWN else f"[…, {str(list(ids[-_MOST_SHOWN:]))[1:]}"


def _explained(steps: Sequence[_Read], prompt: list[int], context_length: int) -> tuple[str, str]:
    """What the wrong ids are, in words; the idea that explains all later steps too comes first."""
    fitting = [
        (words, fits) for words, fits in _IDEAS.items() if fits(steps[0], prompt, context_length)
    ]
    for words, fits in fitting:
        if all(fits(step, prompt, context_length) for step in steps):
            return words
    return fitting[0][0] if fitting else ("", "")


# What mistakes let the logits stand for, by what is said of the ids and of the right ones: s is
# the step, x the prompt, c the context length. What needs generated tokens asks for them: without
# one, several ideas come to the same ids.
_IDEAS: dict[tuple[str, str], Callable[[_Read, list[int], int], bool]] = {
    (", the prompt alone", "each selected token must be fed"): lambda s, x, c: s.ids == x[-c:],
    (", the newest token alone", "a prefill begins a new cache"): lambda s, x, c: (
        bool(s.generated) and not s.is_decode and s.ids == s.generated[-1:]
    ),
    (
        ", the newest token right after the prompt",
        "each decode must get the cache that the pass before it returned",
    ): lambda s, x, c: not s.is_newest and s.ids == [*x[-c:], *s.generated[-1:]],
    (", the prompt's last token twice", "the prefill has read it already"): lambda s, x, c: (
        s.ids == [*x[-c:], *x[-1:], *s.generated]
    ),
    ("", "the newest token was not fed"): lambda s, x, c: (
        bool(s.generated) and s.ids == [*x, *s.generated][:-1][-c:]
    ),
    ("", "the newest token was fed twice"): lambda s, x, c: (
        bool(s.generated) and s.ids == [*x, *s.generated, *s.generated[-1:]]
    ),
    ("", "the last token of the prompt is missing"): lambda s, x, c: (
        s.ids == [*x[:-1], *s.generated][-c:]
    ),
    (", the generated tokens alone", "the prompt is lost"): lambda s, x, c: (
        bool(s.generated) and s.ids == s.generated[-c:]
    ),
    (", the first tokens", "a full window keeps the newest tokens"): lambda s, x, c: (
        s.ids == [*x, *s.generated][:c]
    ),
    ("", "the window holds one token more"): lambda s, x, c: (
        len(x) + len(s.generated) >= c and s.ids == [*x, *s.generated][-c:][1:]
    ),
    ("", "the window is too long"): lambda s, x, c: (
        len(s.ids) > c and s.ids == [*x, *s.generated][-len(s.ids) :]
    ),
}
