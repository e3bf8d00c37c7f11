"""`grader regrade`: grade again what is touched, look at it, apply it, undo it."""

from pathlib import Path
from typing import Any

import click

from grader.cli.edge import needs_torch
from grader.cli.options import LEVELS, jobs_option, sandbox_option


@click.command()
@click.argument("results", type=click.Path(file_okay=False, path_type=Path))
@click.argument("submissions", required=False, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be graded again, and change nothing.")
@click.option("--apply", "apply", is_flag=True, help="Let what was shown count from now on.")
@click.option("--undo", is_flag=True, help="Let the versions before the last regrade count again.")
@click.option("--reason", default="", help="Why; --apply and --undo need a reason.")
@click.option("--by", help="Who decides; by default the name you are logged in with.")
@click.option("--assignment", help="Name of the assignment, or its folder; by default as before.")
@click.option(
    "--course",
    "course_file",
    type=click.Path(path_type=Path),
    help="course.yaml; by default the one here, or the nearest one above the submissions.",
)
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(path_type=Path),
    help="CSV with who is in the course; by default the roster.csv beside the course.yaml.",
)
@click.option("--layout", help="What the submissions are; by default as before.")
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="confined",
    show_default=True,
    help="Weakest isolation level that will do.",
)
@jobs_option
@sandbox_option
@click.pass_context
def regrade(
    ctx: click.Context,
    /,
    results: Path,
    submissions: Path | None,
    dry_run: bool,
    apply: bool,
    undo: bool,
    reason: str,
    by: str | None,
    **grading: Any,
) -> None:
    """Grade again what a change touches, and show who changes, by how much and why.

    RESULTS is the folder of `grader batch -o`; SUBMISSIONS are where they were, unless you name
    them. Nothing counts before --apply, and --undo brings the versions before back. --dry-run
    grades nothing: it says what would be graded again, why, and how long that took before.
    """
    if apply and undo:
        raise click.UsageError("Give one of --apply and --undo.")
    if dry_run and (apply or undo):
        raise click.UsageError("--dry-run changes nothing: leave out --apply and --undo.")
    needs_torch()
    from grader.cli import regrade_run

    if apply or undo:
        regrade_run.decide(results, is_undo=undo, reason=reason, by=by)
        return
    do = regrade_run.foretell if dry_run else regrade_run.show
    ctx.exit(do(results, submissions, **grading))
