"""`grader quiz list`: the topics."""

from pathlib import Path

import click

from grader.cli.quiz.options import questions_option


@click.command("list")
@questions_option
def list_topics(questions: Path | None) -> None:
    """Show the topics."""
    from grader.cli.quiz import list_run

    list_run.list_topics(questions)
