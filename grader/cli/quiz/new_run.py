"""What `grader quiz new` does."""

import shlex
from pathlib import Path

import click

from grader.cli.files import make_output_folder
from grader.durable_files import write_whole
from grader.errors import CourseError, GraderError
from grader.quiz.bank.new_question import new_question
from grader.quiz.bank.topics import read_topic

_ENDING = ".yaml"


def add(kind: str, file: Path) -> None:
    """Add the example of a kind to a file of questions.

    Raises:
        CourseError: the file cannot be gone on with.
        GraderError: it cannot be written, or has another ending.
    """
    if file.suffix != _ENDING:
        raise GraderError("is no name of a file of questions", at=str(file), fix="End it in .yaml.")
    id_, text = new_question(kind, file)
    make_output_folder(file.parent)
    kept = file.read_bytes() if file.exists() else None
    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise GraderError(
            f"cannot be written ({error.strerror})", at=str(file), fix="Check its rights."
        ) from error
    if not _holds(file, id_):
        if kept is not None:
            write_whole(file, kept)
        raise CourseError(
            "the question cannot be added at its end",
            at=str(file),
            fix="`questions` is to be the last key, with one question a line that begins `  - id`.",
        )
    folder = shlex.quote(str(file.parent))
    click.echo(f"{id_} is in {file}. Write yours in its place; then type:")
    click.echo(f"  grader quiz lint {folder}")
    click.echo(f"  grader quiz take {id_} --questions {folder}")


def _holds(file: Path, id_: str) -> bool:
    try:
        items = read_topic(file, with_evidence=False).topic.items
    except CourseError:
        return False
    return bool(items) and items[-1].id == id_
