"""`grader doctor`: what this machine offers."""

import click


@click.command()
def doctor() -> None:
    """Say what this machine offers: isolation, versions, and whether grading works here."""
    from grader.cli import doctor_run

    doctor_run.describe_machine()
