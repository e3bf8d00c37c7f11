"""Is a stage right but for a wrong stage inside it?

A mistake that is written once, in a class that three stages share, is made in all three. The
student's inner stage is put into the right outer one: if that gives what the student's outer stage
gave, the inner one explains all that is wrong. Whether the outer stage is right besides is certain
only if it would show: with an inner stage that returns its input, a layer that leaves it out
looks right too. So each known mistake of the outer stage must have given something else.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.diagnosis.closeness import TOLERANCE, misfit
from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent, FindInnerCause, InnerCause
from grader.subject.values import (
    Floats,
    Numbers,
    answer_numbers,
    given,
    over_arrays,
    plain,
    refilled,
)

_TOGETHER = 2  # of more mistakes, all are tried at once
_EMPTY = "an inner stage without news"  # not among the ids of mistakes

Function = Callable[..., Any]
Calls = Sequence[tuple[Sequence[Any], Any]]  # of one stage: arguments and answer


def inner_causes(versions: Versions, ask: AskStudent) -> FindInnerCause:
    """What looks for the inner stages that are all that is wrong with an outer one.

    Args:
        ask: makes a call of the student's function, in a process that has not seen the calls of
            the outer stage: it could answer so as to explain them.
    """

    searches: dict[str, _Search] = {}

    def find(stage: str, calls: Calls, wrong: Sequence[str]) -> InnerCause | None:
        search = searches.setdefault(stage, _Search(versions, ask, stage))
        return search.cause(calls, wrong)

    return find


def exchanged(
    versions: Versions, version: str, arguments: Sequence[Any], *, instead: Mapping[str, Function]
) -> Floats | None:
    """What a version of a stage gives with these inner stages; None if it gives no numbers."""
    subject = versions.subject
    received = given(list(arguments), framework=subject.framework, precision="float64")
    try:
        found = answer_numbers(subject.with_inner(version, received, instead))
    except Exception:  # noqa: BLE001 - a wrong version may raise on what a wrong stage gives
        return None
    return found.array if found else None


def students(
    versions: Versions, ask: AskStudent, name: str, *, answered: Mapping[str, Function]
) -> Function:
    """A student's inner stage, as a version of the subject calls it.

    Args:
        answered: what answers in the place of stages inside it.
    """

    def call(*arguments: Any) -> Any:
        value = ask(name, [_sent(plain(a)) for a in arguments], answered)
        if answer_numbers(value) is None:
            raise TypeError(f"{name} gave no numbers")
        return given(value, framework=versions.subject.framework, precision="float64")

    return call


class _Search:
    """The search for what explains the wrong answers of one stage of one submission."""

    def __init__(self, versions: Versions, ask: AskStudent, stage: str) -> None:
        self._versions, self._ask, self._stage = versions, ask, stage
        self._calls: Calls = ()
        self._wrong: Sequence[str] = ()
        # Mistakes of the stage itself that gave something else than what came, by inner stages.
        self._ruled_out: dict[tuple[str, ...], set[str]] = {}

    def cause(self, calls: Calls, wrong: Sequence[str]) -> InnerCause | None:
        subject = self._versions.subject
        # In the subject's order, so that what is found is the innermost.
        self._wrong = [n for n in subject.functions if n in wrong and n not in subject.loops]
        self._calls = calls
        arguments, value = calls[-1]
        came, right = answer_numbers(value), self._right(arguments)
        if came is None or right is None or came.are_whole or came.array.shape != right.shape:
            return None
        if came.form != self._form(arguments):
            return None
        if _agree(came.array, right):
            return None
        for names in self._sets():
            if self._gives(self._stage, arguments, self._students(names), came.array):
                is_certain = not self._may_be_wrong(names)
                return InnerCause(stages=names, is_certain=is_certain, right=refilled(value, right))
        return InnerCause(stages=())

    def _sets(self) -> Iterator[tuple[str, ...]]:
        for size in range(1, _TOGETHER + 1):
            yield from itertools.combinations(self._wrong, size)
        if len(self._wrong) > _TOGETHER:
            yield tuple(self._wrong)

    def _right(self, arguments: Sequence[Any]) -> Floats | None:
        if self._stage not in self._versions.subject.functions:
            return None
        return self._versions.outcome(self._stage, arguments, "float64").value

    def _form(self, arguments: Sequence[Any]) -> str:
        return self._versions.outcome(self._stage, arguments, "float64").form

    def _students(self, names: Sequence[str]) -> dict[str, Function]:
        """The student's own for these; where they call other wrong ones, right ones answer."""
        subject = self._versions.subject
        answered = {
            other: over_arrays(subject.functions[other], subject.framework)
            for other in self._wrong
            if other not in names
        }
        return {n: students(self._versions, self._ask, n, answered=answered) for n in names}

    def _gives(
        self,
        version: str,
        arguments: Sequence[Any],
        instead: Mapping[str, Function],
        came: Floats,
    ) -> bool:
        value = exchanged(self._versions, version, arguments, instead=instead)
        return value is not None and _agree(came, value)

    def _may_be_wrong(self, names: tuple[str, ...]) -> bool:
        """Whether a mistake of the outer stage, which would show here, gives the same each time."""
        own = self._students(names)
        ruled_out = self._ruled_out.setdefault(names, set())
        if _EMPTY not in ruled_out:
            if not all(self._tells(name, own) for name in names):
                return True
            ruled_out.add(_EMPTY)
        for version in self._showing():
            if version not in ruled_out:
                if self._fits(version, own):
                    return True
                ruled_out.add(version)
        return False

    def _tells(self, name: str, own: Mapping[str, Function]) -> bool:
        """Whether an inner stage ever gave something that the outer one must have got from it."""
        seen: list[bool] = []
        single: set[float] = set()

        def watched(*arguments: Any) -> Any:
            value = own[name](*arguments)
            seen.append(_is_news(value, arguments))
            came = answer_numbers(value)
            if came is not None and came.array.ndim == 0 and np.isfinite(came.array):
                single.add(float(came.array))  # a number without axes tells by being another one
                seen.append(len(single) > 1)
            return value

        for arguments, _ in reversed(self._calls):
            exchanged(self._versions, self._stage, arguments, instead={**own, name: watched})
            if any(seen):
                return True
        return False

    def _fits(self, version: str, instead: Mapping[str, Function]) -> bool:
        """Whether a version gives all that came in these calls."""
        answers = ((arguments, answer_numbers(value)) for arguments, value in reversed(self._calls))
        return all(
            came is None or self._gives(version, arguments, instead, came.array)
            for arguments, came in answers
        )

    def _showing(self) -> Iterator[str]:
        """The known mistakes of the stage that show in this call if all inner stages are right.

        One that gives with right inner stages what came is not another mistake but the same one,
        such as a missing mask.
        """
        arguments, value = self._calls[-1]
        right, came = self._right(arguments), answer_numbers(value)
        assert right is not None
        assert came is not None
        for entry in self._versions.subject.of_stage(self._stage):
            shown = (
                misfit(self._versions, entry.id, arguments, came=Numbers(right, False, came.form))
                > 1
            )
            alone = self._versions.outcome(entry.id, arguments, "float64").value
            if shown and not (alone is not None and _agree(came.array, alone)):
                yield entry.id


def _is_news(value: Any, arguments: Sequence[Any]) -> bool:
    """Whether an answer is more than one number everywhere, NaN, or an argument as it was."""
    came = answer_numbers(value)
    finite = came.array[np.isfinite(came.array)] if came is not None else np.zeros(0)
    if came is None or not finite.size or np.ptp(finite) == 0:
        return False
    given_ = [found.array for found in map(answer_numbers, arguments) if found is not None]
    return not any(_agree(came.array, array) for array in given_)


def _agree(a: Floats, b: Floats) -> bool:
    """Whether two answers are the same as far as a check can tell, NaN in the same places."""
    if a.shape != b.shape:
        return False
    largest = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    return np.allclose(a, b, rtol=0, atol=TOLERANCE * largest, equal_nan=True)


def _sent(value: Any) -> Any:
    """As checks send it: arrays, and floats in float32."""
    match value:
        case np.ndarray():
            return value.astype(np.float32) if value.dtype.kind == "f" else value
        case dict():
            return {key: _sent(item) for key, item in value.items()}
        case list():
            return [_sent(item) for item in value]
        case _:
            return value
