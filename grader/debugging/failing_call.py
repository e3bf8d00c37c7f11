"""The call of a visible check that a stage does not pass: what went in, and what is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.batch.executors.contract import GradingJob
from grader.batch.grading_here import sandbox_for
from grader.errors import NotSettledHere
from grader.harness.grading import grade
from grader.observed_calls import AskStudent, Observation, copied
from grader.records import CheckResult, Report, Submission, Verdict
from grader.settings import Assignment
from grader.subject.loading import subject_of

_CLOSE = 1e-4  # relative; only to choose the call that is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingCall:
    """One call that a check made."""

    check: CheckResult
    seen: Observation
    expected: Any = None  # what the reference gives; None where it cannot be called alone
    has_expected: bool = False


def failing_call(
    submission: Submission, assignment: Assignment, stage: str, *, require_level: str, sandbox: str
) -> tuple[Report, FailingCall | None]:
    """Run the visible checks; the first call that one of the stage's failed checks made.

    None if every check of the stage passed, or none of those that failed has called it.

    Raises:
        CourseError: the assignment is wrong, or there is no such sandbox.
        GraderFault: this machine does not reach the isolation level.
    """
    job = GradingJob(
        assignment=assignment.folder,
        secret="",
        require_level=require_level,
        with_torch=submission.mentions_torch,
        diagnose_hidden=True,
        sandbox=sandbox,
    )
    subject = subject_of(assignment)
    functions = subject.over_arrays() if subject else None
    report, observed = _graded(submission, assignment, job, functions)
    failed = [c for c in report.checks if c.stage == stage and c.verdict != Verdict.PASSED]
    is_loop = subject is not None and stage in subject.loops
    right = functions.get(stage) if functions and not is_loop else None
    of_stage = [one for one in observed if one.stage == stage]
    for check in failed:
        calls = [one for one in of_stage if one.check == check.check]
        if check.verdict != Verdict.BLOCKED:
            calls = calls or of_stage  # it judges what another check has run
        found = [_with_answer(check, one, right) for one in calls]
        if found:
            return report, next(filter(_is_wrong, found), found[-1])
    return report, None


def _graded(
    submission: Submission,
    assignment: Assignment,
    job: GradingJob,
    functions: Mapping[str, Callable[..., Any]] | None,
) -> tuple[Report, list[Observation]]:
    """The report, and all calls that the visible checks made."""
    reports: list[Report] = []
    observed: list[Observation] = []

    def keep(report: Report, seen: Sequence[Observation], ask: AskStudent) -> Report:
        observed.extend(seen)
        return report

    sandbox = sandbox_for(job)
    try:
        grade(
            [submission],
            assignment=assignment,
            sandbox=sandbox,
            with_hidden=False,
            secret="",
            emit=reports.append,
            reference=functions,
            explain=keep,
        )
    finally:
        sandbox.close()
    return reports[0], observed


def _with_answer(check: CheckResult, seen: Observation, right: Any) -> FailingCall:
    if right is None or seen.is_missing:
        return FailingCall(check=check, seen=seen)
    try:
        expected = right(*copied(list(seen.arguments)))
    except NotSettledHere:
        return FailingCall(check=check, seen=seen)
    return FailingCall(check=check, seen=seen, expected=expected, has_expected=True)


def _is_wrong(call: FailingCall) -> bool:
    """Whether this very call raised or gave another answer; a check may make several."""
    if call.seen.failure is not None or not call.has_expected:
        return True
    try:
        given, wanted = np.asarray(call.seen.value, float), np.asarray(call.expected, float)
    except (TypeError, ValueError):
        return True
    return given.shape != wanted.shape or not np.allclose(given, wanted, rtol=_CLOSE, atol=_CLOSE)
