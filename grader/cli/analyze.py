"""`grader analyze`: a class on one assignment, for its instructor."""

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for class.html and the tables students.csv, ideas.csv and checks.csv.",
)
@click.option(
    "--quiz",
    "quiz_results",
    metavar="QUIZ-RESULTS",
    help="Results of a quiz of the same class: who has an idea in code, quiz or both.",
)
def analyze(results: Path, output: Path | None, quiz_results: str | None) -> None:
    """Show what a class gets right and wrong, from the RESULTS of `grader batch -o`.

    Nothing is graded again, and no grade changes.
    """
    from grader.cli import analyze_run

    analyze_run.analyze_results(results, output=output, quiz_results=quiz_results)
