"""`grader doctor`: what this machine offers."""

import click

from grader.cli.options import sandbox_option


@click.command()
@sandbox_option
def doctor(sandbox: str) -> None:
    """Say what this machine offers: isolation, versions, and whether grading works here."""
    from grader.cli import doctor_run

    doctor_run.describe_machine(sandbox)
