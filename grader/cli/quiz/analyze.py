"""`grader quiz analyze`: which questions of a quiz to look at."""

from pathlib import Path

import click

from grader.cli.quiz.options import FOLDER, questions_option, where_argument


@click.command()
@where_argument
@click.argument("quiz", required=False)
@questions_option
@click.option("-o", "--output", type=FOLDER, help="Folder for the page and the tables.")
@click.option(
    "--attempts",
    type=click.Choice(["first", "last", "all"]),
    default="first",
    show_default=True,
    help="Which attempts of each student count.",
)
@click.option("--names", is_flag=True, help="Write students' names to responses.csv.")
def analyze(
    *,
    where: str | None,
    quiz: str | None,
    questions: Path | None,
    output: Path | None,
    attempts: str,
    names: bool,
) -> None:
    """Show how hard and how telling each question was, and which to look at.

    WHERE is the results folder of `grader quiz grade` or a store, by default the one that `grader
    quiz take` uses. QUIZ is needed where there are several.
    """
    from grader.cli.quiz import analyze_run

    analyze_run.analyze_marks(
        where, quiz, questions=questions, which=attempts, output=output, names=names
    )
