"""The student's own stages put together: where they leave the right values, and which one mends it.

Points are not touched: they stay with the stages alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent
from grader.records import Report, Verdict
from grader.subject.subject import Call, Chain
from grader.subject.values import Floats, given

Values = Sequence[tuple[str, Floats | None]]


def put_together(report: Report, ask: AskStudent, versions: Versions) -> str:
    """What the student's own stages come to on a small model, if one of them is wrong.

    Args:
        ask: calls a function of the student.
    """
    chain = versions.subject.chain
    if chain is None:
        return ""
    failed = {s.stage: s.first_failure.verdict for s in report.stages if s.first_failure}
    wrong = [stage for stage in chain.stages if stage in failed]
    if not wrong or Verdict.NOT_IMPLEMENTED in failed.values() or len(wrong) == len(chain.stages):
        return ""
    return _Comparison(chain, ask, versions).sentence(wrong)


class _Comparison:
    """A chain of a student's stages beside the right one."""

    def __init__(self, chain: Chain, ask: AskStudent, versions: Versions) -> None:
        self._chain, self._ask, self._versions = chain, ask, versions
        self._right: Values = list(chain.values(self._right_value, True))

    def sentence(self, wrong: Sequence[str]) -> str:
        result = self._chain.result
        place = self._first_difference(list(self._chain.values(self._students(), True)))
        if place is None:
            return f"Put together, your stages give {_right(result)} on a small model."
        first = (
            f"Put together, your stages leave the right values first at {self._right[place][0]}."
        )
        mending = [stage for stage in wrong if self._mends(stage)]
        if not mending:
            return f"{first} No single stage, put right alone, mends {result}."
        return f"{first} With {' or '.join(mending)} put right, {result} is right."

    def _right_value(self, stage: str, arguments: Sequence[Any]) -> Any:
        return self._versions.outcome(stage, arguments, "float64").value

    def _students(self, mended: str = "") -> Call:
        """The student's stages; one may be put right, on its own and inside of others."""
        subject = self._versions.subject

        def answer(*received: Any) -> Any:
            exact = given(list(received), framework=subject.framework, precision="float64")
            value = subject.functions[mended](*exact)
            value = value.numpy() if isinstance(value, torch.Tensor) else value
            return value.astype(np.float32) if isinstance(value, np.ndarray) else value

        def call(stage: str, arguments: Sequence[Any]) -> Any:
            if stage == mended:
                value = self._right_value(stage, arguments)
            else:
                value = self._ask(stage, arguments, {mended: answer} if mended else {})
            is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
            return value.astype(np.float32) if is_array else None

        return call

    def _mends(self, stage: str) -> bool:
        name, last = list(self._chain.values(self._students(mended=stage), False))[-1]
        return name == self._right[-1][0] and self._agree(last, self._right[-1][1])

    def _first_difference(self, came: Values) -> int | None:
        for place, (_, expected) in enumerate(self._right):
            if place >= len(came) or not self._agree(came[place][1], expected):
                return place
        return None

    def _agree(self, came: Floats | None, right: Floats | None) -> bool:
        if came is None or right is None or came.shape != right.shape:
            return False
        return bool(np.all(np.abs(came - right) <= self._chain.tolerance * np.abs(right).max()))


def _right(result: str) -> str:
    """`the logits` to `the right logits`."""
    return f"the right {result.removeprefix('the ')}"
