"""`grader quiz export-answers`: an attempt as a file to hand in."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, questions_option, store_option, student_option
from grader.cli.quiz.typed_quiz import TypedQuiz


@click.command("export-answers")
@click.argument("quiz", nargs=-1, required=True, metavar="TOPIC | QUESTION... | FILE")
@click.option("-o", "--output", type=FILE, help="The file.  [default: STUDENT-QUIZ.yaml]")
@click.option(
    "--attempt", type=click.IntRange(1), help="Number of the attempt.  [default: what counts]"
)
@questions_option
@student_option
@store_option
def export_answers(
    *,
    quiz: tuple[str, ...],
    output: Path | None,
    attempt: int | None,
    questions: Path | None,
    student: str | None,
    store: str | None,
) -> None:
    """Write an attempt that was handed in as an answers file, which `grader quiz grade` marks.

    It has a seal: changed answers are not marked. With the secret of a course nobody else can
    make the seal; without one, it only tells what was changed by accident.
    """
    from grader.cli.quiz import export_answers_run

    typed = TypedQuiz(words=quiz, questions=questions, student=student, store=store)
    export_answers_run.export(typed, attempt, output)
