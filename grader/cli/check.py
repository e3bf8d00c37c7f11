"""`grader check`: one submission, for the student who wrote it."""

from pathlib import Path

import click

from grader.cli.options import (
    any_level_option,
    assignment_or_here_option,
    one_thread,
    sandbox_option,
)


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@assignment_or_here_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@any_level_option
@click.option("--stage", help="Show this stage alone; the exit code is about it alone, too.")
@click.option(
    "--all",
    "every_failure",
    is_flag=True,
    help="Show every failed check, not the first of each stage.",
)
@click.option("--output", "whole_output", is_flag=True, help="Show all that your code printed.")
@sandbox_option
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report as a page, too.",
)
@click.option(
    "--suite",
    type=click.Path(file_okay=False, path_type=Path),
    help="Check with a pytest suite of your own, as it is: the folder of its tests.",
)
@click.option("--watch", is_flag=True, help="Check again whenever the submission is saved.")
@click.pass_context
def check(
    ctx: click.Context,
    submission: Path,
    assignment: str,
    as_json: bool,
    require_level: str,
    stage: str | None,
    every_failure: bool,
    whole_output: bool,
    sandbox: str,
    page: Path | None,
    suite: Path | None,
    watch: bool,
) -> None:
    """Check SUBMISSION with the visible checks of an assignment.

    SUBMISSION is a submission.py, a submission.ipynb, a folder with one of them, or a zip of it.
    Exit code 0 only if every check passed and no shortcut costs points.
    """
    one_thread()
    if suite is not None and (assignment or watch):
        other = "--watch" if watch else "--assignment"
        raise click.UsageError(f"--suite and {other} do not go together.")
    from grader.cli import check_run

    shown = check_run.Shown(
        stage=stage or "", every_failure=every_failure, whole_output=whole_output, page=page
    )
    if watch:
        check_run.watch(
            submission, assignment, require_level=require_level, sandbox=sandbox, shown=shown
        )
        return
    ctx.exit(
        check_run.check_once(
            submission,
            assignment if suite is None else suite,
            as_json=as_json,
            require_level=require_level,
            sandbox=sandbox,
            shown=shown,
        )
    )
