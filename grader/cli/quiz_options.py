"""Options that several commands of `grader quiz` share."""

from pathlib import Path

import click

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)

questions_option = click.option(
    "--questions", type=FOLDER, help="Folder with the questions.  [default: those shipped]"
)


def question_folder(named: Path | None) -> Path:
    """The folder that was named, or the one that comes with the grader."""
    from grader.course import shipped

    return named or shipped("questions")
