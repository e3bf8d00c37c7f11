"""What `grader name` does."""

from pathlib import Path

import click

from grader.batch.results import Results
from grader.cli.files import write_file
from grader.courses.naming import function_name, group_named, skeleton
from grader.errors import GraderError

_REFERENCE = "reference.py"  # of an assignment with names of its own
_IMPORT = "from grader.checks import misconception\n"


def begin_misconception(folder: Path, group: str, *, output: Path | None) -> None:
    """Print the beginning of a misconception, or add it to a file."""
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
    if not (output.parent / _REFERENCE).is_file():
        click.echo(
            f"There is no {_REFERENCE} beside {output.name}: names of its own are known by an "
            "assignment that has its right functions there, too.",
            err=True,
        )
    write_file(output, before.rstrip() + b"\n\n\n" + text.encode())
    click.echo(f"Added to {output}. Fill in `says` and `hint`, and run `grader audit`.")
