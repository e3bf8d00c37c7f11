"""`grader release`: what students get of an assignment."""

from pathlib import Path

import click

from grader.cli.edge import needs_torch
from grader.cli.options import one_thread


@click.command()
@click.argument("assignment")
@click.option(
    "--with-wheel",
    is_flag=True,
    help="Add a wheel of the grader for students, with the release in it and nothing for staff.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to make: it must be new or empty.",
)
def release(assignment: str, output: Path, with_wheel: bool) -> None:
    """Make the folder that students get of ASSIGNMENT, by its name or its folder.

    It holds the handout, the starter, the visible checks, and recorded answers in the place of
    right functions. `grader check` in it, or with `--assignment FOLDER`, says what the whole
    assignment says.
    """
    one_thread()
    needs_torch()
    from grader.cli import release_run

    release_run.make_release(assignment, output, with_wheel=with_wheel)
