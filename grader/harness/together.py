"""What the stages come to together is asked for while a process can answer that saw nothing hidden.

A new process for it costs as much as all checks. So it is asked before the first hidden check, in
the process of the visible ones, and holds if no hidden check changes what failed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.harness.student_process import StudentProcess
from grader.observed_calls import AskStudent
from grader.records import CheckResult, StageResult, Verdict
from grader.settings import Assignment

PutTogether = Callable[[Sequence[StageResult], AskStudent], str]


def asking(process: StudentProcess, assignment: Assignment) -> AskStudent:
    """What makes one more call of a submission's function, which no check makes."""

    def ask(
        function: str, arguments: Sequence[Any], answered: Mapping[str, Callable[..., Any]]
    ) -> Any:
        stand_ins = {
            name: (assignment.stage(name).parameters, right) for name, right in answered.items()
        }
        return process.ask(function, arguments, stand_ins=stand_ins)

    return ask


class Together:
    """What is found of one submission's stages together.

    Args:
        put_together: finds it; None finds nothing.
    """

    def __init__(
        self,
        put_together: PutTogether | None,
        process: StudentProcess,
        assignment: Assignment,
    ) -> None:
        self._put_together = put_together
        self._process = process
        self._assignment = assignment
        self._said = ""
        self._failures: object = None  # by which it was said

    def look(self, results: Sequence[CheckResult]) -> None:
        """Ask now, when these checks have ended and no hidden one has begun."""
        if self._put_together is None or all(r.verdict == Verdict.PASSED for r in results):
            return
        stages = by_stage(results, self._assignment)
        ask = asking(self._process, self._assignment)
        find = self._put_together
        try:
            found = self._process.found_apart(lambda: find(stages, ask))
        except Exception:  # noqa: BLE001 - a grade must not depend on what explains it
            return
        if found is not None:
            self._said, self._failures = found, _failures(stages)

    def said_of(self, stages: Sequence[StageResult]) -> str:
        """What was found, if it is true of these stages as well."""
        return self._said if self._failures == _failures(stages) else ""


def by_stage(results: Sequence[CheckResult], assignment: Assignment) -> tuple[StageResult, ...]:
    """The results of checks, by the stages of the assignment."""
    return tuple(
        StageResult(
            stage=stage.name,
            title=stage.title,
            checks=tuple(result for result in results if result.stage == stage.name),
        )
        for stage in assignment.stages
    )


def _failures(stages: Sequence[StageResult]) -> object:
    """What was wrong in each stage: the first failure, and the wrong stages inside."""
    return [
        (
            stage.stage,
            stage.first_failure.verdict if stage.first_failure else None,
            {name: None for check in stage.checks for name in check.inner_causes}.keys(),
        )
        for stage in stages
    ]
