"""The inputs of an assignment's checks: what they hand to a right submission.

The right functions answer in this process, for there is no student's code to be kept out.
"""

from collections.abc import Sequence
from typing import Any

from grader.errors import Crashed
from grader.harness.grading import grade
from grader.observed_calls import AskStudent, Observation
from grader.records import Report, Submission
from grader.sandbox import contract
from grader.settings import Assignment
from grader.subject.subject import Subject


def check_inputs(
    assignment: Assignment, subject: Subject, secret: str
) -> dict[str, list[tuple[Any, ...]]]:
    """For each stage that is no loop, the arguments of all calls by the checks.

    Raises:
        CourseError: the checks of the assignment are wrong.
    """
    found: dict[str, list[tuple[Any, ...]]] = {}

    def keep(report: Report, seen: Sequence[Observation], ask: AskStudent) -> Report:
        for observation in seen:
            if observation.stage not in subject.loops:
                found.setdefault(observation.stage, []).append(observation.arguments)
        return report

    right = Submission(name="reference", cells=(("submission.py", ""),), modules={}, digest="")
    grade(
        [right],
        assignment=assignment,
        sandbox=_RightAnswers(subject),
        with_hidden=True,
        secret=secret,
        emit=lambda report: None,
        reference=subject.over_arrays(),
        explain=keep,
    )
    return {stage: calls for stage, calls in found.items() if stage in subject.functions}


class _RightAnswers:
    """A sandbox and a session in one, in which there is nothing to be kept in."""

    level, layers, notes, uses, packages, alive = "none", (), (), (), (), True

    def __init__(self, subject: Subject) -> None:
        self._functions = subject.over_arrays()

    def open(self, code: contract.Code, limits: contract.Limits) -> "_RightAnswers":
        return self

    def prove(self) -> str:
        return self.level

    def call(
        self, call: contract.StudentCall, *, seconds: float, answer: contract.Answerer
    ) -> contract.Returned:
        if call.tables or call.function not in self._functions:
            raise Crashed(f"{call.function} is not run here")
        value = self._functions[call.function](*call.arguments)
        return contract.Returned(value=value, arguments=list(call.arguments))

    def ahead(self, calls: Sequence[contract.StudentCall]) -> Any:
        return calls

    def call_ahead(self, ahead: Any, *, seconds: float, total_seconds: float) -> list[Any]:
        return []

    def take_output(self) -> str:
        return ""

    def close(self) -> None:
        """There is nothing to close."""
