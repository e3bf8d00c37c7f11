"""`grader check`: one submission, for the student who wrote it."""

import os
from pathlib import Path

import click

from grader.cli.batch import LEVELS
from grader.cli.sandbox_option import sandbox_option
from grader.errors import SubmissionError
from grader.records import Report, Status, Verdict
from grader.settings import Assignment


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option(
    "--assignment",
    default="decoder-generation",
    show_default=True,
    help="Name of an assignment, or its folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="none",
    help="Do not run below this isolation level. By default, run whatever this machine reaches.",
)
@sandbox_option
@click.option("--watch", is_flag=True, help="Check again whenever the submission is saved.")
@click.pass_context
def check(
    ctx: click.Context,
    submission: Path,
    assignment: str,
    as_json: bool,
    require_level: str,
    sandbox: str,
    watch: bool,
) -> None:
    """Check SUBMISSION with the visible checks of an assignment.

    SUBMISSION is a submission.py, a submission.ipynb, a folder with one of them, or a zip of it.
    Exit code 0 only if every check passed and no shortcut costs points.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is there; the arrays are small
    from grader.batch.grading_here import grade_here
    from grader.intake.reading import read
    from grader.settings import find_assignment

    chosen = find_assignment(assignment)
    if watch:
        _watch(submission, chosen, require_level=require_level, sandbox=sandbox)
        return
    reports: list[Report] = []
    read_once = read(submission)
    grade_here(
        [read_once],
        assignment=chosen,
        emit=reports.append,
        with_torch=read_once.mentions_torch,
        require_level=require_level,
        sandbox=sandbox,
    )
    _show(reports[0], chosen, as_json)
    ctx.exit(_exit_code(reports[0]))


def _watch(path: Path, assignment: Assignment, *, require_level: str, sandbox: str) -> None:
    from grader.batch.grading_here import grade_here
    from grader.cli.watch import versions

    if not path.exists():
        raise SubmissionError("there is no such file or folder", at=str(path), fix="Name yours.")

    def show(report: Report) -> None:
        click.clear()
        _show(report, assignment, as_json=False)
        click.echo(f"\nWatching {path}. Save it to check again; Ctrl-C ends.")

    def unreadable(error: SubmissionError) -> None:
        click.echo(f"error: {error}", err=True)

    try:
        submissions = versions(path, unreadable)
        grade_here(
            submissions,
            assignment=assignment,
            emit=show,
            with_torch=True,
            require_level=require_level,
            sandbox=sandbox,
        )
    except KeyboardInterrupt:
        click.echo()


def _show(report: Report, assignment: Assignment, as_json: bool) -> None:
    if as_json:
        from grader.records import to_json

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
