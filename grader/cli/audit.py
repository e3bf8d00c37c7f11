"""`grader audit`: whether an assignment is fair, for whoever writes or changes its checks."""

from pathlib import Path

import click

from grader.cli.edge import needs_torch
from grader.cli.options import any_level_option, jobs_option, one_thread


@click.command()
@click.argument("assignment", default="decoder-generation")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the result: a name ending in .json for all of it, in .csv for the mistakes.",
)
@click.option("--all", "in_full", is_flag=True, help="Show each check and each misconception.")
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="Random pairs of mistakes, and as many stages with noise on right answers.",
)
@jobs_option
@any_level_option
@click.pass_context
def audit(
    ctx: click.Context,
    assignment: str,
    output: Path | None,
    in_full: bool,
    samples: int,
    jobs: int | None,
    require_level: str,
) -> None:
    """Grade every known mistake, pairs of them, noise, and right code of every kind.

    ASSIGNMENT is the name of an assignment, or its folder. The exit code is 0 only if every
    mistake is caught and named, nothing right loses a point, and nothing is named by accident.
    """
    if output is not None and output.suffix not in (".json", ".csv"):
        raise click.BadParameter(f"{output} ends in neither .json nor .csv.", param_hint="-o")
    if output is not None and not output.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}.", param_hint="-o")
    one_thread()
    needs_torch()
    from grader.cli import audit_run

    ctx.exit(
        audit_run.audit_assignment(
            assignment,
            output,
            in_full=in_full,
            samples=samples,
            jobs=jobs,
            require_level=require_level,
        )
    )
