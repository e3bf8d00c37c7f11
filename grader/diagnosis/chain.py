"""The student's own stages put together: where they leave the right values, and which one mends it.

Points are not touched: they stay with the stages alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.diagnosis.inner_causes import exchanged, students
from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent
from grader.records import StageResult, Verdict
from grader.subject.subject import Call, Chain
from grader.subject.values import Floats

InnerNames = Mapping[str, Sequence[str]]
Values = Sequence[tuple[str, Floats | None]]


def put_together(stages: Sequence[StageResult], ask: AskStudent, versions: Versions) -> str:
    """What the student's own stages come to on a small model, if one of them is wrong.

    Args:
        ask: calls a function of the student, also while another call is waiting for its answer.
    """
    chain = versions.subject.chain
    if chain is None:
        return ""
    failed = {s.stage: s.first_failure.verdict for s in stages if s.first_failure}
    wrong = [stage for stage in chain.stages if stage in failed]
    if not wrong or Verdict.NOT_IMPLEMENTED in failed.values() or len(wrong) == len(chain.stages):
        return ""
    return _Comparison(chain, ask, versions, wrong=wrong, inner=_inner_causes(stages)).sentence()


def _inner_causes(stages: Sequence[StageResult]) -> InnerNames:
    """For each stage the wrong ones inside it that its answers showed, and whether it is right."""
    found: dict[str, dict[str, None]] = {}
    for check in (check for stage in stages for check in stage.checks):
        found.setdefault(check.stage, {}).update(dict.fromkeys(check.inner_causes))
    return {stage: tuple(names) for stage, names in found.items() if names}


class _Comparison:
    """A chain of a student's stages beside the right one.

    Args:
        wrong: the stages that lost points.
        inner: for each stage the wrong ones inside it that explain its answers.
    """

    def __init__(
        self,
        chain: Chain,
        ask: AskStudent,
        versions: Versions,
        *,
        wrong: Sequence[str],
        inner: InnerNames,
    ) -> None:
        self._chain, self._ask, self._versions = chain, ask, versions
        self._wrong, self._inner = wrong, inner
        self._right: Values = list(chain.values(self._right_value, True))

    def sentence(self) -> str:
        result = self._chain.result
        place = self._first_difference(self._chain.values(self._students({}), True))
        if place is None:
            return f"Put together, your stages give {_right(result)} on a small model."
        first = (
            f"Put together, your stages leave the right values first at {self._right[place][0]}."
        )
        mending = [stage for stage in self._wrong if self._mends(stage)]
        if place == len(self._right) - 1 and mending == [self._chain.stages[-1]]:
            return first  # that its own result is right with it put right goes without saying
        if mending:
            return f"{first} With {' or '.join(mending)} put right, {result} is right."
        if any(stage in self._inner for stage in self._wrong):
            return first  # what is wrong in a stage by itself is not known
        return f"{first} No single stage, put right alone, mends {result}."

    def _right_value(self, stage: str, arguments: Sequence[Any]) -> Any:
        return self._versions.outcome(stage, arguments, "float64").value

    def _students(self, instead: Mapping[str, Callable[..., Any]]) -> Call:
        """The student's stages, with others in the place of some, also inside of others."""

        def call(stage: str, arguments: Sequence[Any]) -> Any:
            if stage in instead:
                value = instead[stage](*arguments)
            else:
                value = self._ask(stage, arguments, instead)
            is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
            return value.astype(np.float32) if is_array else None

        return call

    def _mends(self, stage: str) -> bool:
        """Whether the result is right with this stage put right, and none that is inside it."""
        carrying = [
            s for s, names in self._inner.items() if stage in names and s not in self._wrong
        ]
        others = {s: self._with_own(s, [n for n in self._inner[s] if n != stage]) for s in carrying}
        inside = [name for name in self._wrong if name != stage]
        instead = {stage: self._with_own(stage, inside)} | others
        name, last = list(self._chain.values(self._students(instead), False))[-1]
        return name == self._right[-1][0] and self._agree(last, self._right[-1][1])

    def _with_own(self, stage: str, inside: Sequence[str]) -> Callable[..., Any]:
        """The right stage, with the student's own stages inside it where they are wrong."""
        own = {n: students(self._versions, self._ask, n, answered={}) for n in inside}

        def answer(*received: Any) -> Any:
            value = exchanged(self._versions, stage, received, instead=own)
            return None if value is None else value.astype(np.float32)

        return answer

    def _first_difference(self, came: Iterator[tuple[str, Floats | None]]) -> int | None:
        for place, (_, expected) in enumerate(self._right):
            _, value = next(came, ("", None))
            if not self._agree(value, expected):
                return place  # what comes after it is not asked for
        return None

    def _agree(self, came: Floats | None, right: Floats | None) -> bool:
        if came is None or right is None or came.shape != right.shape:
            return False
        return bool(np.all(np.abs(came - right) <= self._chain.tolerance * np.abs(right).max()))


def _right(result: str) -> str:
    """`the logits` to `the right logits`."""
    return f"the right {result.removeprefix('the ')}"
