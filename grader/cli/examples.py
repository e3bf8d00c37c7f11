"""`grader examples`: whether each example of an assignment gets what is expected of it."""

import os

import click

from grader.cli.batch import LEVELS


@click.command()
@click.argument("assignment", default="decoder-generation")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes; by default all cores.")
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="none",
    help="Do not run below this isolation level. By default, run whatever this machine reaches.",
)
@click.pass_context
def examples(ctx: click.Context, assignment: str, jobs: int | None, require_level: str) -> None:
    """Grade the examples of ASSIGNMENT and compare with its examples/expected.yaml.

    ASSIGNMENT is the name of an assignment, or its folder. The exit code is 0 only if every
    example gets what is expected.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from grader.audit.examples_run import run_examples
    from grader.cli.progress import progress
    from grader.reports.examples_terminal import examples_report
    from grader.reports.terminal import console
    from grader.settings import find_assignment

    chosen = find_assignment(assignment)
    try:
        with progress() as told:
            outcome = run_examples(
                chosen,
                n_workers=jobs or os.cpu_count() or 1,
                require_level=require_level,
                told=told,
            )
    except KeyboardInterrupt:
        click.echo("\nStopped. Nothing is kept.", err=True)
        ctx.exit(130)
    console().print(examples_report(outcome))
    ctx.exit(1 if outcome.differences else 0)
