"""`grader backup` and `grader restore`: a whole course in one file, and back."""

from pathlib import Path

import click

_store_option = click.option(
    "--store", default="", metavar="URL", help="A path or URL; by default site.sqlite in FOLDER."
)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@_store_option
def backup(folder: Path, target: Path, store: str) -> None:
    """Write the course in FOLDER and its store to TARGET, a new zip.

    The site may run meanwhile. Keep the file to yourself: it holds the secret of the course.
    """
    from grader.cli import backup_run

    backup_run.back_up_course(folder, target, store)


@click.command()
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_store_option
def restore(archive: Path, folder: Path, store: str) -> None:
    """Make the course of ARCHIVE, a file of `grader backup`, in FOLDER, which is empty or new."""
    from grader.cli import backup_run

    backup_run.restore_course(archive, folder, store)
