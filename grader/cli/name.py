"""`grader name`: a name for wrong answers that several students gave."""

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(file_okay=False, path_type=Path))
@click.argument("group")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to add it to, such as the assignment's misconceptions.py; by default it is printed.",
)
def name(results: Path, group: str, output: Path | None) -> None:
    """Begin a misconception from the equal answers of GROUP, which `grader analyze` shows.

    It holds the function of one student of the group and two sentences to fill in. With them in
    the assignment's misconceptions.py, the mistake has its name from the next run on.
    """
    from grader.cli import name_run

    name_run.begin_misconception(results, group, output=output)
