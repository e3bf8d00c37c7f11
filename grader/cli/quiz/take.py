"""`grader quiz take`: an attempt at a quiz."""

from pathlib import Path

import click

from grader.cli.quiz.options import questions_option, seed_type, store_option, student_option
from grader.cli.quiz.typed_quiz import TypedQuiz


@click.command()
@click.argument("quiz", nargs=-1, required=True, metavar="TOPIC | QUESTION... | FILE")
@questions_option
@student_option
@click.option(
    "--seed",
    type=seed_type,
    help="Decides the order of questions and options.  [default: drawn anew]",
)
@store_option
@click.option(
    "--feedback",
    type=click.Choice(["now", "end"]),
    help="Show how each answer was marked at once, or all at the end.  [default: now]",
)
@click.option("--new", is_flag=True, help="Begin another attempt instead of resuming the last.")
def take(
    *,
    quiz: tuple[str, ...],
    questions: Path | None,
    student: str | None,
    seed: int | None,
    store: str | None,
    feedback: str | None,
    new: bool,
) -> None:
    """Take a quiz: a topic, single questions by their ids, or a file such as week-3.yaml.

    Typing the same again resumes an attempt that was not finished. A file has rules of its own,
    so --seed, --feedback and --new are for practice on topics and questions.
    """
    from grader.cli.quiz import take_run

    typed = TypedQuiz(words=quiz, questions=questions, student=student, store=store)
    take_run.take(typed, seed=seed, feedback=feedback, new=new)
