"""What `grader check` does.

What its functions import, they import while the warm process of the sandbox starts.
"""

from pathlib import Path

import click

from grader.batch.grading_here import grade_here
from grader.cli.watch import versions
from grader.errors import SubmissionError
from grader.intake.reading import read
from grader.records import Report, Status, Verdict, to_json
from grader.settings import Assignment, find_assignment


def check_once(
    path: Path, assignment: str, *, as_json: bool, require_level: str, sandbox: str
) -> int:
    """Check a submission and print its report; the exit code is 0 only if all is right."""
    chosen = find_assignment(assignment)
    reports: list[Report] = []
    submission = read(path)
    grade_here(
        [submission],
        assignment=chosen,
        emit=reports.append,
        with_torch=submission.mentions_torch,
        require_level=require_level,
        sandbox=sandbox,
    )
    _show(reports[0], chosen, as_json=as_json)
    return _exit_code(reports[0])


def watch(path: Path, assignment: str, *, require_level: str, sandbox: str) -> None:
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
        grade_here(
            submissions,
            assignment=chosen,
            emit=show,
            with_torch=True,
            require_level=require_level,
            sandbox=sandbox,
        )
    except KeyboardInterrupt:
        click.echo()


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
