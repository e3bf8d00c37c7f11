"""What `grader secret` does."""

import click

from grader.course_secret import new_secret


def print_secret() -> None:
    """Print a line for course.yaml."""
    click.echo(f"secret: {new_secret()}")
