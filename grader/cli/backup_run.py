"""What `grader backup` and `grader restore` do."""

from pathlib import Path

import click

from grader.courses import backing_up
from grader.text import counted

_STORE = "site.sqlite"  # in the folder of a course, where no other store is named


def back_up_course(folder: Path, target: Path, store: str) -> None:
    """Write a course and its store to a new zip.

    Raises:
        GraderError: it cannot be read or written, or the file is there already.
    """
    n_rows = backing_up.back_up(folder, store or folder / _STORE, target)
    click.echo(f"{target}: the files of the course, and {counted(n_rows, 'row')} of its store.")


def restore_course(archive: Path, folder: Path, store: str) -> None:
    """Make the course of such a zip in an empty or new folder.

    Raises:
        GraderError: it is no such zip, or something is there already.
    """
    n_rows = backing_up.restore(archive, folder, store or folder / _STORE)
    click.echo(f"{folder}: the files of the course, and {counted(n_rows, 'row')} in its store.")
