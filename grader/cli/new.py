"""`grader new`: an assignment to begin with."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="NAME", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="", help="What students read above it; by default, its name.")
def new(folder: Path, title: str) -> None:
    """Make the folder NAME with an assignment that runs at once, to be changed into your own.

    It has one stage, a check of each kind, three mistakes with their names, and a small class.
    """
    from grader.cli import new_run

    new_run.make_assignment(folder, title)
