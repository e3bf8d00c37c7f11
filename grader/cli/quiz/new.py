"""`grader quiz new`: a question to begin with."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE


@click.command("new")
@click.argument("kind")
@click.argument("file", type=FILE)
def new(*, kind: str, file: Path) -> None:
    """Add a question of this KIND to FILE, such as my-questions/attention.yaml, as an example.

    The file is made if it is not there. KIND is choice, choices, true_false, numeric, ordering,
    short or text.
    """
    from grader.cli.quiz import new_run

    new_run.add(kind, file)
