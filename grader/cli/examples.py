"""`grader examples`: whether each example of an assignment gets what is expected of it."""

import click

from grader.cli.edge import needs_torch
from grader.cli.options import any_level_option, jobs_option, one_thread


@click.command()
@click.argument("assignment", default="decoder-generation")
@jobs_option
@any_level_option
@click.pass_context
def examples(ctx: click.Context, assignment: str, jobs: int | None, require_level: str) -> None:
    """Grade the examples of ASSIGNMENT and compare with its examples/expected.yaml.

    ASSIGNMENT is the name of an assignment, or its folder. The exit code is 0 only if every
    example gets what is expected.
    """
    one_thread()
    needs_torch()
    from grader.cli import examples_run

    ctx.exit(examples_run.grade_examples(assignment, jobs=jobs, require_level=require_level))
