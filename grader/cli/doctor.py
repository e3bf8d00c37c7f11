"""`grader doctor`: what this machine offers."""

import click

from grader.cli.edge import needs_torch
from grader.cli.options import assignment_option, sandbox_option


@click.command()
@assignment_option
@sandbox_option
@click.pass_context
def doctor(ctx: click.Context, assignment: str, sandbox: str) -> None:
    """Say what this machine offers: isolation, versions, and whether grading works here.

    Exit code 1 if a package that the assignment promises to students is missing.
    """
    needs_torch()
    from grader.cli import doctor_run

    ctx.exit(doctor_run.describe_machine(sandbox, assignment))
