"""What `grader name` does."""

from pathlib import Path

import click

from grader.batch.results import Results
from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.courses.naming import group_named, skeleton

_IMPORT = "from grader.checks import misconception\n"


def begin_misconception(folder: Path, group: str, *, output: Path | None) -> None:
    """Print the beginning of a misconception, or add it to a file."""
    if output is not None:
        assert_output(output, ending=".py")  # it is added to
    results = Results(folder)
    found = group_named(results, group, at=str(folder))
    text = skeleton(results, found, at=str(folder))
    if output is None:
        click.echo(text, nl=False)
        return
    before = output.read_bytes() if output.is_file() else _IMPORT.encode()
    write_file(output, before.rstrip() + b"\n\n\n" + text.encode())
    click.echo(f"Added to {output}. Fill in `says` and `hint`, and run `grader audit`.")
