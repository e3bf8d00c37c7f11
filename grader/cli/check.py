"""`grader check`: one submission, for the student who wrote it."""

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click

from grader.cli.batch import LEVELS
from grader.errors import SubmissionError
from grader.records import Report, Status, Submission, Verdict
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
@click.option("--watch", is_flag=True, help="Check again whenever the submission is saved.")
@click.pass_context
def check(
    ctx: click.Context,
    submission: Path,
    assignment: str,
    as_json: bool,
    require_level: str,
    watch: bool,
) -> None:
    """Check SUBMISSION with the visible checks of an assignment.

    SUBMISSION is a submission.py, a submission.ipynb, a folder with one of them, or a zip of it.
    Exit code 0 only if every check passed and no shortcut costs points.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is there; the arrays are small
    from grader.intake.reading import read
    from grader.settings import find_assignment

    chosen = find_assignment(assignment)
    if watch:
        _watch(submission, chosen, require_level)
        return
    reports: list[Report] = []
    read_once = read(submission)
    _grade(
        [read_once],
        chosen,
        reports.append,
        with_torch=read_once.mentions_torch,
        require_level=require_level,
    )
    _show(reports[0], chosen, as_json)
    ctx.exit(_exit_code(reports[0]))


def _watch(path: Path, assignment: Assignment, require_level: str) -> None:
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
        _grade(submissions, assignment, show, with_torch=True, require_level=require_level)
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
    from grader.sandbox.levels import Level
    from grader.sandbox.warm import WarmSandbox

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
