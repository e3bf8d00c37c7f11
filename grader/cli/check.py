"""`grader check`: one submission, for the student who wrote it."""

import os
from pathlib import Path

import click

from grader.records import Report, Status, Submission, Verdict


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option(
    "--assignment",
    default="decoder-generation",
    show_default=True,
    help="Name of an assignment, or its folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def check(ctx: click.Context, submission: Path, assignment: str, as_json: bool) -> None:
    """Check SUBMISSION with the visible checks of an assignment.

    SUBMISSION is a submission.py, a submission.ipynb, a folder with one of them, or a zip of it.
    Exit code 0 only if every check passed.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is there; the arrays are small
    from grader.course import find_assignment
    from grader.intake.reading import read

    chosen = find_assignment(assignment)
    report = _graded(read(submission), chosen.folder)
    if as_json:
        from grader.records import to_json

        click.echo(to_json(report).decode(), nl=False)
    else:
        from grader.reports.terminal import check_report, console

        console().print(check_report(report, chosen))
    ctx.exit(_exit_code(report))


def _graded(submission: Submission, assignment: Path) -> Report:
    from grader.sandbox.warm import WarmSandbox

    # The warm process starts first, so that both sides import torch at the same time; a NumPy
    # submission does not wait for torch on its side.
    sources = [*(source for _, source in submission.cells), *submission.modules.values()]
    uses_torch = any("torch" in source for source in sources)
    sandbox = WarmSandbox(("numpy", "torch") if uses_torch else ("numpy",))
    try:
        from grader.course import load_assignment
        from grader.harness.grading import grade

        reports: list[Report] = []
        grade(
            [submission],
            assignment=load_assignment(assignment),
            sandbox=sandbox,
            with_hidden=False,
            secret="",
            emit=reports.append,
        )
    finally:
        sandbox.close()
    return reports[0]


def _exit_code(report: Report) -> int:
    if report.status != Status.GRADED:
        return 3
    return 0 if all(check.verdict == Verdict.PASSED for check in report.checks) else 1
