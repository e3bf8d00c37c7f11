"""`grader work`: grade what is handed in to a site."""

from pathlib import Path
from typing import Any

import click

from grader.cli.edge import needs_torch
from grader.cli.options import LEVELS, jobs_option, sandbox_option


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option(
    "--store", default="", metavar="URL", help="A path or URL; by default site.sqlite in FOLDER."
)
@jobs_option
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="confined",
    show_default=True,
    help="Weakest isolation level that will do; see `grader doctor` for what this machine reaches.",
)
@sandbox_option
@click.option("--parent", type=int, hidden=True, help="A process with which this one ends.")
@click.pass_context
def work(ctx: click.Context, /, folder: Path, **options: Any) -> None:
    """Grade what is handed in to the site of the course in FOLDER, until it is stopped.

    `grader serve` starts a worker by itself. More may run on other machines that reach the same
    store and have the same course folder.
    """
    needs_torch()
    from grader.cli import work_run

    ctx.exit(work_run.work_for_course(folder, **options))
