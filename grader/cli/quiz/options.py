"""What the commands of `grader quiz` have in common."""

from pathlib import Path

import click

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)

questions_option = click.option(
    "--questions", type=FOLDER, help="Folder with the questions.  [default: those shipped]"
)


def write_file(path: Path, content: bytes) -> None:
    from grader.errors import GraderError

    try:
        path.write_bytes(content)
    except OSError as error:
        raise GraderError(
            f"cannot be written ({error.strerror})", at=str(path), fix="Name another file with -o."
        ) from error
