"""`grader quiz review`: an attempt with its marks."""

from pathlib import Path

import click

from grader.cli.quiz.options import questions_option, store_option, student_option
from grader.cli.quiz.typed_quiz import TypedQuiz


@click.command()
@click.argument("quiz", nargs=-1, required=True, metavar="TOPIC | QUESTION... | FILE")
@click.option(
    "--attempt", type=click.IntRange(1), help="Number of the attempt.  [default: what counts]"
)
@questions_option
@student_option
@store_option
def review(
    *,
    quiz: tuple[str, ...],
    attempt: int | None,
    questions: Path | None,
    student: str | None,
    store: str | None,
) -> None:
    """Look at an attempt with its marks, as soon as the quiz lets them be seen."""
    from grader.cli.quiz import review_run

    typed = TypedQuiz(words=quiz, questions=questions, student=student, store=store)
    review_run.review_attempt(typed, attempt)
