"""What `grader quiz new` does."""

import shlex
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from grader.cli.files import make_output_folder, write_file
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
    if not _holds(text, file.name, id_):
        raise CourseError(
            "the question cannot be added at its end",
            at=str(file),
            fix="`questions` is to be the last key, with one question a line that begins `  - id`.",
        )
    make_output_folder(file.parent)
    write_file(file, text.encode())
    folder = shlex.quote(str(file.parent))
    click.echo(f"{id_} is in {file}. Write yours in its place; then type:")
    click.echo(f"  grader quiz lint {folder}")
    click.echo(f"  grader quiz take {id_} --questions {folder}")


def _holds(text: str, name: str, id_: str) -> bool:
    """Whether a file of this text and name would have the question as its last."""
    with TemporaryDirectory() as folder:
        trial = Path(folder) / name
        trial.write_text(text, encoding="utf-8")
        try:
            items = read_topic(trial, with_evidence=False).topic.items
        except CourseError:
            return False
    return bool(items) and items[-1].id == id_
