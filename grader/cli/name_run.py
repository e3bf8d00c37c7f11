"""What `grader name` does."""

from pathlib import Path

import click

from grader.batch.results import Results
from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.courses.naming import function_name, group_named, skeleton
from grader.errors import GraderError
from grader.settings import ASSIGNMENT_FILE, load_assignment

_REFERENCE = "reference.py"  # of an assignment with names of its own
_IMPORT = "from grader.checks import misconception\n"


def begin_misconception(folder: Path, group: str, *, output: Path | None) -> None:
    """Print the beginning of a misconception, or add it to a file.

    Raises:
        WrongOutput: the file is another one of the course, or lies in results.
        GraderError: the file has the function of the group already.
    """
    if output is not None:
        assert_output(output, ending=".py")  # it is added to
    results = Results(folder)
    found = group_named(results, group, at=str(folder))
    text = skeleton(results, found, at=str(folder))
    if output is None:
        click.echo(text, nl=False)
        return
    before = output.read_bytes() if output.is_file() else _IMPORT.encode()
    if f"def {function_name(found)}(".encode() in before:
        raise GraderError(
            f"the group {found.id} has its function there already",
            at=str(output),
            fix="Fill it in.",
        )
    if not _is_read(output.parent):
        click.echo(
            f"Nothing reads {output.name} there: names of its own are known by an assignment that "
            f"names its subject, or has its right functions in {_REFERENCE}.",
            err=True,
        )
    write_file(output, before.rstrip() + b"\n\n\n" + text.encode())
    click.echo(f"Added to {output}. Fill in `says` and `hint`, and run `grader audit`.")


def _is_read(folder: Path) -> bool:
    """Whether an assignment in a folder looks for mistakes of its own there."""
    if (folder / _REFERENCE).is_file():
        return True
    return (folder / ASSIGNMENT_FILE).is_file() and bool(load_assignment(folder).subject)
