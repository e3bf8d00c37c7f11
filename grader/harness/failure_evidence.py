"""What a visible check that did not pass can show: the call that failed, and where it is wrong.

It is made when a check has failed, so a right submission pays nothing for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from grader.errors import CallFailed
from grader.evidence import ArrayWindow, CallInput, CallTable, FailureEvidence, LoopRecord
from grader.harness.comparison import UNKNOWN, Mismatch, is_identical
from grader.observed_calls import Observation
from grader.records import CheckResult, Verdict
from grader.sandbox.child.wire import Remote

MOST_BYTES = 64 << 10  # of all evidence of a report
_FEW = 24  # numbers of an array that are shown; of more, the first ones
_BEGINNING = 4
_MOST_CHARACTERS = 400  # of one argument
_TELLING = (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY)


def failure_evidence(
    result: CheckResult,
    error: BaseException | None,
    *,
    observations: Sequence[Observation],
    parameters: Mapping[str, Sequence[str]],
) -> FailureEvidence | None:
    """What can be shown of a result; nothing of a hidden check.

    Args:
        error: what the check raised.
        observations: all calls so far.
        parameters: of each stage.
    """
    if result.hidden or result.verdict not in _TELLING:
        return None
    look = error.look if isinstance(error, Mismatch) else None
    seen = look() if look else None
    calls = [o for o in observations if o.check == result.check and not o.hidden]
    call = _failed_call(error, calls)
    inputs = _inputs(call, parameters.get(call.stage, ())) if call else ()
    if not inputs and seen is None:
        return None
    return FailureEvidence(
        inputs=inputs,
        array=seen if isinstance(seen, ArrayWindow) else None,
        loop=seen if isinstance(seen, LoopRecord) else None,
        calls=seen if isinstance(seen, CallTable) else None,
    )


def within_budget(results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results with as much evidence as a report holds: the first failure of a stage first."""
    firsts = {result.stage: i for i, result in reversed(list(enumerate(results))) if _has(result)}
    order = [*firsts.values(), *(i for i, r in enumerate(results) if _has(r))]
    left, kept = MOST_BYTES, set[int]()
    for index in dict.fromkeys(order):
        left -= len(msgspec.json.encode(results[index].evidence))
        if left < 0:
            break
        kept.add(index)
    return [
        replace(result, evidence=None) if _has(result) and i not in kept else result
        for i, result in enumerate(results)
    ]


def _has(result: CheckResult) -> bool:
    return result.evidence is not None


def _failed_call(error: BaseException | None, calls: Sequence[Observation]) -> Observation | None:
    """The call whose answer was judged, where that can be told."""
    if isinstance(error, CallFailed):
        return calls[-1] if calls else None
    answer = getattr(error, "answer", UNKNOWN)
    if answer is not UNKNOWN:
        for call in calls:
            if _same(call.value, answer) or _same(call.after, answer):
                return call
    return calls[0] if len(calls) == 1 else None


def _same(kept: Any, answer: Any) -> bool:
    """Whether a check judged this answer of a call; one number may have become an array."""
    if not isinstance(answer, np.ndarray):
        return is_identical(kept, answer)
    if isinstance(kept, int | float) and answer.size == 1:
        return bool(answer.item() == kept)
    if not isinstance(kept, np.ndarray) or kept.dtype.kind != answer.dtype.kind:
        return False
    of_one = kept.size == answer.size == 1
    return np.array_equal(
        kept.ravel() if of_one else kept,
        answer.ravel() if of_one else answer,
        equal_nan=answer.dtype.kind == "f",
    )


def _inputs(call: Observation, names: Sequence[str]) -> tuple[CallInput, ...]:
    if call.makes:
        return tuple(_of_object(call, names))
    named = [*names, *(f"argument {n}" for n in range(len(names), len(call.arguments)))]
    pairs = zip(named, call.arguments, strict=False)
    return tuple(_input(name, value) for name, value in pairs if not _is_table(value))


def _of_object(call: Observation, names: Sequence[str]) -> Iterator[CallInput]:
    """What an object was made with, what was done to it, and what it was handed last."""
    of_class = call.makes == call.stage
    config, steps = call.arguments if of_class else call.arguments[0]
    yield CallInput(name="config", kind=_cut(str(config)))
    if steps:
        yield CallInput(name="steps", kind=_cut("; ".join(map(_step, steps))))
    given = [("given last", one) for one in (steps[-1][1] if of_class and steps else ())]
    for name, value in given or zip(names[1:], call.arguments[1:], strict=False):
        if isinstance(value, np.ndarray | int):
            yield _input(name, value)


def _step(step: Sequence[Any]) -> str:
    path, arguments, _ = step
    shown = [_input("", a).kind if isinstance(a, np.ndarray | dict) else repr(a) for a in arguments]
    return f"{path or 'the call'}({', '.join(shown)})"


def _is_table(value: Any) -> bool:
    """Whether it is what the student's code calls, such as the stages of `generate`."""
    return isinstance(value, dict) and any(isinstance(one, Remote) for one in value.values())


def _input(name: str, value: Any) -> CallInput:
    match value:
        case np.ndarray():
            return CallInput(name=name, kind=_kind(value), values=_numbers(value))
        case dict():
            return CallInput(name=name, kind=_cut(f"a dict: {_parts(value.items())}"))
        case list() if value and isinstance(value[0], np.ndarray | dict):
            return CallInput(name=name, kind=f"a list of {len(value)}")
        case list() | tuple():
            return CallInput(name=name, kind=f"a list of {len(value)}", values=_cut(str(value)))
        case _:
            return CallInput(name=name, kind=type(value).__name__, values=_cut(repr(value)))


def _kind(array: np.ndarray) -> str:
    return f"{array.dtype.name} {array.shape}"


def _parts(items: Iterable[tuple[Any, Any]]) -> str:
    return ", ".join(
        f"{key} {value.shape}" if isinstance(value, np.ndarray) else str(key)
        for key, value in items
    )


def _numbers(array: np.ndarray) -> str:
    """All of a few numbers, in one line; of many, where they lie and how they begin."""
    if array.dtype.kind not in "fiu":
        return _cut(str(array.tolist()))
    if array.size <= _FEW:
        return _cut(str(_rounded(array.tolist())).replace("'", ""))
    begins = ", ".join(f"{value:.4g}" for value in array.flat[:_BEGINNING])
    return f"from {array.min():.4g} to {array.max():.4g}; the first are {begins}"


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _cut(text: str) -> str:
    left = len(text) - _MOST_CHARACTERS
    return f"{text[:_MOST_CHARACTERS]}... ({left:,} more characters)" if left > 0 else text
