"""What `grader check` does.

What its functions import, they import while the warm process of the sandbox starts.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click

from grader.cli.watch import versions
from grader.errors import SubmissionError
from grader.intake.reading import read
from grader.records import Report, Status, Submission, Verdict, to_json
from grader.sandbox.levels import Level
from grader.sandbox.warm import WarmSandbox
from grader.settings import Assignment, find_assignment


def check_once(path: Path, assignment: str, *, as_json: bool, require_level: str) -> int:
    """Check a submission and print its report; the exit code is 0 only if all is right."""
    chosen = find_assignment(assignment)
    reports: list[Report] = []
    submission = read(path)
    _grade(
        [submission],
        chosen,
        reports.append,
        with_torch=submission.mentions_torch,
        require_level=require_level,
    )
    _show(reports[0], chosen, as_json=as_json)
    return _exit_code(reports[0])


def watch(path: Path, assignment: str, *, require_level: str) -> None:
    """Check a submission each time that it is saved, until Ctrl-C."""
    chosen = find_assignment(assignment)
    if not path.exists():
        raise SubmissionError("there is no such file or folder", at=str(path), fix="Name yours.")

    def show(report: Report) -> None:
        click.clear()
        _show(report, chosen, as_json=False)
        click.echo(f"\nWatching {path}. Save it to check again; Ctrl-C ends.")

    def unreadable(error: SubmissionError) -> None:
        click.echo(f"error: {error}", err=True)

    try:
        submissions = versions(path, unreadable)
        _grade(submissions, chosen, show, with_torch=True, require_level=require_level)
    except KeyboardInterrupt:
        click.echo()


def _grade(
    submissions: Iterable[Submission],
    assignment: Assignment,
    emit: Callable[[Report], None],
    *,
    with_torch: bool,
    require_level: str,
) -> None:
    # The warm process starts before the checks are imported, so that both sides import torch at
    # the same time; a NumPy submission does not wait for torch on its side.
    warm = ("numpy", "torch") if with_torch else ("numpy",)
    sandbox = WarmSandbox(warm, require_level=Level(require_level))
    try:
        from grader.diagnosis.explanation import Explainer
        from grader.harness.grading import grade, report_key
        from grader.subject.loading import subject_of

        subject = subject_of(assignment)
        grade(
            submissions,
            assignment=assignment,
            sandbox=sandbox,
            with_hidden=False,
            secret="",
            emit=emit,
            reference=subject.over_arrays() if subject else None,
            explain=Explainer(subject),
            key=partial(report_key, assignment=assignment, secret="", require_level=require_level),
        )
    finally:
        sandbox.close()


def _show(report: Report, assignment: Assignment, *, as_json: bool) -> None:
    if as_json:
        click.echo(to_json(report).decode(), nl=False)
        return
    from grader.reports.terminal import check_report, console

    console().print(check_report(report, assignment))
    for check in report.checks:
        if check.verdict == Verdict.UNGRADED:  # a fault of ours keeps its traceback
            click.echo(f"\n{check.check}:\n{check.staff_note}", err=True)


def _exit_code(report: Report) -> int:
    if report.status != Status.GRADED:
        return 3
    right = all(check.verdict == Verdict.PASSED for check in report.checks)
    return 0 if right and not any(s.costs_points for s in report.shortcuts) else 1
