"""Grade submissions of one assignment: the checks are collected once, then run on each."""

import contextlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import GraderFault
from grader.harness.answer_sketch import sketched
from grader.harness.check_run import CheckRunner
from grader.harness.collected_checks import CollectedChecks
from grader.harness.collection_errors import not_collected
from grader.harness.failure_evidence import within_budget
from grader.harness.planned_calls import CallPlan
from grader.harness.plugin import GradingPlugin
from grader.harness.printed_text import with_ends, with_output
from grader.harness.pytest_inside import OPTIONS
from grader.harness.reference_fixture import reference_fixture
from grader.harness.shortcut_rules import Evidence, discreet, without_points
from grader.harness.student_process import MakeFinder, StudentProcess
from grader.harness.together import PutTogether, Together, asking, by_stage
from grader.observed_calls import AskStudent, Observation
from grader.records import (
    CheckResult,
    ImportedPackage,
    Isolation,
    Report,
    Status,
    Submission,
    Verdict,
)
from grader.report_key import grader_version
from grader.sandbox.contract import Sandbox
from grader.settings import Assignment

_NO_REASONS = "No reasons could be looked for, through our fault"

Explain = Callable[[Report, Sequence[Observation], AskStudent], Report]


def grade(
    submissions: Iterable[Submission],
    *,
    assignment: Assignment,
    sandbox: Sandbox,
    with_hidden: bool,
    secret: str,
    emit: Callable[[Report], None],
    key: Callable[[Submission], str] | None = None,
    reference: Mapping[str, Callable[..., Any]] | None = None,
    explain: Explain | None = None,
    put_together: PutTogether | None = None,
    inner_causes: MakeFinder | None = None,
    told: Callable[[CheckResult], None] | None = None,
) -> None:
    """Grade each submission and hand its report to `emit` at once.

    Args:
        key: what its report shall be known by, see `report_key`; nothing by default.
        reference: the right functions by stage, for the checks' fixture of this name.
        explain: what adds to a report why its checks failed, from all calls that they made;
            it may call the student's functions once more.
        put_together: what `explain` would say of the stages together; it is asked for before
            hidden checks begin, where the process of the visible ones can still answer.
        inner_causes: makes what finds, of a wrong answer, the wrong inner stages that explain it;
            such a stage is not charged for them.
        told: called with each check's result at once; the report may say more, and give fewer
            points.

    Raises:
        CourseError: the checks of the assignment are wrong.
        GraderFault: pytest itself could not run, or no process for student code can be made.
    """

    def work(runner: CheckRunner) -> None:
        sandbox.prove()
        call_plans = {False: CallPlan(sandbox), True: CallPlan(sandbox)}
        for submission in submissions:
            process = _process(submission, sandbox, assignment, call_plans, inner_causes)
            together = Together(put_together, process, assignment)
            try:
                report = _grade_one(
                    submission, process, runner, assignment, sandbox, together, told
                )
                report = _known_by(report, submission, key)
                if explain:
                    report = _explained(report, explain, process, assignment)
            finally:
                process.close()
            emit(report)

    plugin = GradingPlugin(assignment, with_hidden=with_hidden, secret=secret, work=work)
    _run_pytest(plugin, assignment, reference)


def checks_of(assignment: Assignment) -> CollectedChecks:
    """The checks of an assignment; none is run, and hidden ones are those that are left out.

    Raises:
        CourseError: they are wrong.
        GraderFault: pytest itself could not run.
    """
    found: list[CollectedChecks] = []
    plugin = GradingPlugin(
        assignment, with_hidden=False, secret="", work=lambda runner: found.append(runner.checks)
    )
    _run_pytest(plugin, assignment, None)
    return found[0]


def _run_pytest(
    plugin: GradingPlugin,
    assignment: Assignment,
    reference: Mapping[str, Callable[..., Any]] | None,
) -> None:
    plugins: list[object] = [plugin]
    if reference is not None:
        plugins.append(reference_fixture(reference))
    folder = str(assignment.folder)
    said = io.StringIO()
    with _nothing_foreign(), _own_modules(assignment), contextlib.redirect_stderr(said):
        options = ("--rootdir", folder, "--confcutdir", folder, *OPTIONS)
        ended = pytest.main([folder, *options], plugins=plugins)
    if plugin.error is not None:
        raise plugin.error
    if ended == pytest.ExitCode.USAGE_ERROR:  # such as a conftest.py that cannot be imported
        raise not_collected(said.getvalue(), assignment.folder)
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise GraderFault(f"pytest ended with {ended!r}: {said.getvalue().strip()}", at=folder)


def _process(
    submission: Submission,
    sandbox: Sandbox,
    assignment: Assignment,
    call_plans: Mapping[bool, CallPlan],
    inner_causes: MakeFinder | None,
) -> StudentProcess:
    return StudentProcess(
        submission,
        sandbox=sandbox,
        limits=assignment.limits,
        call_plans=call_plans,
        evidence=Evidence(submission, assignment),
        parameters={stage.name: stage.parameters for stage in assignment.stages},
        inner_causes=inner_causes,
    )


def _checked(
    process: StudentProcess,
    runner: CheckRunner,
    together: Together,
    told: Callable[[CheckResult], None] | None,
) -> list[CheckResult]:
    """The results of all checks, with what was printed meanwhile."""
    results: list[CheckResult] = []
    printed: list[str] = []
    n_visible = sum(not check.hidden for check in runner.checks.run)
    for result, output in runner.run_checks(process):
        results.append(result)
        if told:
            told(result)
        # What is printed while a hidden check runs could show its inputs.
        printed.append("" if result.hidden else output)
        if len(results) == n_visible:
            together.look(results)
    kept = within_budget(with_output(results, printed))
    return sketched(kept, process.seen.observations)


def _grade_one(
    submission: Submission,
    process: StudentProcess,
    runner: CheckRunner,
    assignment: Assignment,
    sandbox: Sandbox,
    together: Together,
    told: Callable[[CheckResult], None] | None,
) -> Report:
    begin = time.monotonic()
    results = _checked(process, runner, together, told)
    shortcuts = process.seen.evidence.told()
    stages = by_stage(without_points(results, shortcuts), assignment)
    checks_left, points_left = _hidden_left(runner.checks, assignment)
    ungraded = [result for result in results if result.verdict == Verdict.UNGRADED]
    return Report(
        submission=submission.name,
        status=Status.UNGRADED if ungraded else Status.GRADED,
        reason=f"the check {ungraded[0].check} could not be run" if ungraded else "",
        assignment=assignment.name,
        key="",  # it does not depend on what is found
        grader_version=grader_version(),
        isolation=Isolation(level=sandbox.level, layers=sandbox.layers),
        stages=stages,
        chain=together.said_of(stages),
        shortcuts=shortcuts,
        hidden_checks_left=checks_left,
        hidden_points_left=points_left,
        packages=_packages(process, runner.promised),
        notes=(*process.notes, *submission.notes),
        output=with_ends(process.printed_first),
        seconds=round(time.monotonic() - begin, 3),
    )


def _hidden_left(checks: CollectedChecks, assignment: Assignment) -> tuple[int, int]:
    """Hidden checks that did not run here, and their points; a release tells of its own."""
    points = [check.points for check in checks.left_out]
    elsewhere = sum(stage.checks_elsewhere for stage in assignment.stages)
    points_elsewhere = sum(stage.points_elsewhere for stage in assignment.stages)
    return len(points) + elsewhere, sum(points) + points_elsewhere


def _known_by(
    report: Report, submission: Submission, key: Callable[[Submission], str] | None
) -> Report:
    return replace(
        report,
        key=key(submission) if key else "",
        submission_digest=submission.content_digest,
        handed_in_at=submission.handed_in_at,
        marked_late=submission.marked_late,
    )


def _packages(process: StudentProcess, promised: Set[str]) -> tuple[ImportedPackage, ...]:
    return tuple(
        ImportedPackage(name=name, is_here=here, is_promised=name in promised)
        for name, here in process.packages
    )


def _explained(
    report: Report, explain: Explain, process: StudentProcess, assignment: Assignment
) -> Report:
    """The report with its reasons; it stands without them if they cannot be found.

    What is asked for a reason is asked of a process that has seen no hidden input.
    """

    process.close()
    try:
        return explain(report, process.seen.observations, asking(process, assignment))
    except Exception as error:  # noqa: BLE001 - a grade must not depend on what explains it
        # The name of the class can follow from a hidden input, so it is for staff alone.
        note = f"{_NO_REASONS}: {type(error).__name__}."
        return replace(report, notes=(*report.notes, note))


def without_staff_notes(report: Report) -> Report:
    """The report as a student may have it: nothing that could follow from a hidden input."""
    stages = tuple(
        replace(
            stage,
            checks=tuple(
                replace(
                    check,
                    staff_note="",
                    brief="",
                    evidence=None if check.hidden else check.evidence,
                    strain=None,
                    answers=(),
                    inner_causes=() if check.hidden else check.inner_causes,
                )
                for check in stage.checks
            ),
        )
        for stage in report.stages
    )
    notes = tuple(f"{_NO_REASONS}." if n.startswith(_NO_REASONS) else n for n in report.notes)
    shortcuts = discreet(report.shortcuts)
    return replace(report, stages=stages, shortcuts=shortcuts, notes=notes, seconds=0.0)


@contextlib.contextmanager
def _nothing_foreign() -> Iterator[None]:
    """Neither installed pytest plugins nor the caller's pytest settings may change a grade."""
    before = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    for name in before:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST_")]:
            del os.environ[name]
        os.environ.update(before)


@contextlib.contextmanager
def _own_modules(assignment: Assignment) -> Iterator[None]:
    """The next assignment in this process must not get this one's checks under equal names."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and Path(file).is_relative_to(assignment.folder):
                del sys.modules[name]
