"""`grader gradebook`: assignments and quizzes of a course in one table, with their weights."""

from pathlib import Path

import click


@click.command()
@click.argument("course", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File for the gradebook, as CSV.",
)
def gradebook(course: Path, output: Path) -> None:
    """Put the results of a course together: COURSE is its course.yaml, or the folder of it.

    Its key `gradebook` lists folders of results with their weights. What has no grade stays blank.
    """
    from grader.cli import gradebook_run

    gradebook_run.write_gradebook(course, output)
