"""`grader check`: one submission, for the student who wrote it."""

from pathlib import Path

import click

from grader.cli.options import any_level_option, assignment_option, one_thread


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@assignment_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@any_level_option
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
    one_thread()
    from grader.cli import check_run

    if watch:
        check_run.watch(submission, assignment, require_level=require_level)
        return
    ctx.exit(
        check_run.check_once(submission, assignment, as_json=as_json, require_level=require_level)
    )
