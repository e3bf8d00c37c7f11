"""What wrong answers were like, in so few numbers that a class can be compared by them.

Students who make the same mistake give the same wrong answers to the same calls, whether or not
the mistake has a name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.observed_calls import Observation
from grader.records import AnswerSketch, CheckResult, Verdict

_MOST_CALLS = 6  # of one check
_MOST_NUMBERS = 12  # of one answer


def sketched(
    results: Sequence[CheckResult], observations: Iterable[Observation]
) -> list[CheckResult]:
    """The results, with sketches of the answers that failed checks got."""
    failed = {result.check for result in results if result.verdict == Verdict.FAILED}
    answers: dict[str, list[AnswerSketch]] = {}
    for seen in observations if failed else ():
        kept = answers.setdefault(seen.check, [])
        if seen.check in failed and len(kept) < _MOST_CALLS:
            kept.append(sketch_of(seen))
    return [
        replace(result, answers=tuple(found)) if (found := answers.get(result.check)) else result
        for result in results
    ]


def sketch_of(seen: Observation) -> AnswerSketch:
    """Of one call: what kind of answer came, and some of its numbers."""
    if seen.failure is not None:
        return AnswerSketch(kind=seen.failure.__name__)
    found = _of_value(seen.value)
    if not seen.calls:
        return found
    called = ", ".join(call.stage for call in seen.calls[:_MOST_NUMBERS])
    return AnswerSketch(
        kind=f"{found.kind}; {len(seen.calls)} calls: {called}", numbers=found.numbers
    )


def _of_value(value: Any) -> AnswerSketch:
    match value:
        case np.ndarray():
            size = "x".join(map(str, value.shape)) or "one number"
            kind = "whole numbers" if value.dtype.kind in "iub" else "numbers"
            return AnswerSketch(kind=f"{kind} {size}", numbers=_some(value))
        case bool() | int() | float():
            return AnswerSketch(kind="one number", numbers=(f"{value:.6g}",))
        case list() if all(type(item) in (int, float) for item in value):
            shown = tuple(f"{item:.6g}" for item in value[:_MOST_NUMBERS])
            return AnswerSketch(kind=f"a list of {len(value)}", numbers=shown)
        case _:
            return AnswerSketch(kind=type(value).__name__)


def _some(array: np.ndarray) -> tuple[str, ...]:
    """Entries from all over the array."""
    if not array.size:
        return ()
    places = np.unique(np.linspace(0, array.size - 1, _MOST_NUMBERS).astype(int))
    return tuple(f"{array.flat[place]:.6g}" for place in places)
