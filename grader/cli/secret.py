"""`grader secret`: a secret for a course.yaml."""

import click


@click.command()
def secret() -> None:
    """Print a new secret as a line for course.yaml.

    The inputs of hidden checks are drawn from it. Keep it the same for the whole term.
    """
    from grader.cli import secret_run

    secret_run.print_secret()
