"""`grader audit`: whether an assignment is fair, for whoever writes or changes its checks."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.batch import LEVELS

if TYPE_CHECKING:
    from grader.audit.result import Audit


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
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes; by default all cores.")
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="none",
    help="Do not run below this isolation level. By default, run whatever this machine reaches.",
)
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
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from grader.audit.audit_run import audit as run
    from grader.cli.progress import progress
    from grader.reports.audit_terminal import audit_report
    from grader.reports.terminal import console
    from grader.settings import find_assignment

    chosen = find_assignment(assignment)
    try:
        with progress() as told:
            result = run(
                chosen,
                samples=samples,
                n_workers=jobs or os.cpu_count() or 1,
                require_level=require_level,
                told=told,
            )
    except KeyboardInterrupt:
        click.echo("\nStopped. Nothing is kept of an audit that is not finished.", err=True)
        ctx.exit(130)
    console().print(audit_report(result, in_full=in_full))
    if output is not None:
        _write(result, output)
    ctx.exit(0 if result.is_right else 1)


def _write(result: "Audit", output: Path) -> None:
    from grader.durable_files import write_whole
    from grader.records import to_json
    from grader.reports.audit_terminal import audit_csv

    write_whole(output, to_json(result) if output.suffix == ".json" else audit_csv(result))
    click.echo(f"Written: {output}")
