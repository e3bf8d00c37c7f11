"""`grader quiz results`: the class at one quiz, from a store."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, questions_option, store_option


@click.command()
@click.argument("topic", required=False)
@click.option("-o", "--output", type=FILE, help="Write the table as CSV to this file, too.")
@questions_option
@store_option
def results(
    *, topic: str | None, output: Path | None, questions: Path | None, store: str | None
) -> None:
    """Show what each student earned at the quiz TOPIC; without one, which quizzes a store holds.

    Attempts whose time is up are handed in first, with the answers that were saved.
    """
    from grader.cli.quiz import results_run

    if topic is None:
        results_run.list_quizzes(store)
    else:
        results_run.show_results(topic, questions=questions, store=store, output=output)
