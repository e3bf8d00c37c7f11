"""Which known mistakes explain all answers of a stage that computes numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import thread_time
from typing import Any

import numpy as np

from grader.diagnosis.closeness import misfit
from grader.diagnosis.versions import Versions
from grader.observed_calls import Observation
from grader.subject.misconception import Misconception
from grader.subject.subject import both
from grader.subject.values import Floats, as_numbers, identical

# A right answer with somewhat more rounding than is allowed is no misconception.
CLEARLY_WRONG = 3.0
# Of computing time, so that a busy machine names what an idle one does. The first submission of a
# class takes 0.3 on a stage of `decoder-generation`, the next ones a tenth of that.
SECONDS_FOR_PAIRS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class SeenCall:
    """One observed call that ended with a value or an exception of the student's code."""

    arguments: tuple[Any, ...]
    came: Floats | None
    is_half: bool  # whether it came in float16
    raised: bool
    changed: bool | None  # whether arguments were changed; None where they did not come back
    wrongness: float  # the misfit with the right answer
    hidden: bool


def calls_of(versions: Versions, stage: str, observations: Sequence[Observation]) -> list[SeenCall]:
    """The calls of a stage, the most clearly wrong ones first: they rule out the most."""
    calls = []
    for seen in observations:
        came = as_numbers(seen.value)
        calls.append(
            SeenCall(
                arguments=seen.arguments,
                came=came,
                is_half=getattr(seen.value, "dtype", None) == np.float16,
                raised=seen.failure is not None,
                changed=None if seen.after is None else not identical(seen.after, seen.arguments),
                wrongness=misfit(versions, came, stage, seen.arguments),
                hidden=seen.hidden,
            )
        )
    return sorted(calls, key=lambda call: (call.raised, -call.wrongness))


def explaining(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> list[Misconception]:
    """The misconceptions that compute what the student's code did, in every single call.

    An exception is explained by one, but that alone names nothing: code raises for many reasons.
    Neither is anything named that only the right answer explains as well.
    """
    if not _is_clear(versions, stage, calls):
        return []
    found = [
        entry
        for entry in versions.subject.of_stage(stage)
        if all(_explains(versions, entry.id, call) for call in calls)
    ]
    return sorted(found, key=_is_special)


def explaining_pairs(
    versions: Versions, stage: str, calls: Sequence[SeenCall]
) -> list[tuple[Misconception, ...]]:
    """The pairs of misconceptions that compute it together, where no single one does.

    They are held to the same: every call must be explained, and neither of the two alone may
    come near. Nothing is named when the time is up, for a pair not tried might fit as well.
    """
    if not _is_clear(versions, stage, calls):
        return []
    find = versions.subject.find
    found: list[tuple[Misconception, ...]] = []
    end = thread_time() + SECONDS_FOR_PAIRS
    for pair in versions.subject.pairs_of(stage):
        if thread_time() > end:
            return []
        if _explain_together(versions, pair, calls):
            found.append(tuple(sorted(map(find, pair), key=_is_special)))
    return sorted(found, key=lambda pair: sum(map(_is_special, pair)))


def changing(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> list[Misconception]:
    """The misconceptions that change their arguments, if the student's code does."""
    seen = [call for call in calls if call.changed]
    return [
        entry
        for entry in versions.subject.of_stage(stage)
        if seen and all(versions.outcome(entry.id, c.arguments, "float32").changed for c in seen)
    ]


def _is_clear(versions: Versions, version: str, calls: Sequence[SeenCall]) -> bool:
    """Whether some answer is clearly not that of this version."""
    returned = [call for call in calls if call.came is not None]
    return any(
        misfit(versions, call.came, version, call.arguments) >= CLEARLY_WRONG for call in returned
    )


def _is_special(entry: Misconception) -> bool:
    return entry.differs_only != ""


def _explain_together(versions: Versions, pair: tuple[str, str], calls: Sequence[SeenCall]) -> bool:
    version = both(pair)
    return all(_explains(versions, version, call) for call in calls) and all(
        _is_clear(versions, alone, calls) for alone in pair
    )


def _explains(versions: Versions, version: str, call: SeenCall) -> bool:
    if call.raised:
        return versions.outcome(version, call.arguments, "float32").value is None
    return misfit(versions, call.came, version, call.arguments) <= 1
