"""Files that a command writes where `-o` says."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from grader.cli.outputs import assert_outside_results
from grader.errors import GraderError


def write_file(path: Path, content: bytes, *, in_results: bool = False) -> None:
    """Write a file whole, over what was there.

    Args:
        in_results: it belongs into a results folder.

    Raises:
        WrongOutput: it lies in a results folder, and does not belong there.
        GraderError: it cannot be written.
    """
    if not in_results:
        assert_outside_results(path)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _not_written(path, error) from error


def write_streamed(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that is made piece by piece, over what was there, when all of it is made.

    Raises:
        WrongOutput: it lies in a results folder.
        GraderError: it cannot be written.
    """
    assert_outside_results(path)
    try:
        with tempfile.TemporaryFile(dir=_beside(path)) as made:
            write(made)
            made.seek(0)
            with path.open("wb") as file:
                shutil.copyfileobj(made, file)
    except OSError as error:
        raise _not_written(path, error) from error


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """The same for a file that is made line by line."""
    write_streamed(path, lambda file: file.writelines(lines))


def make_output_folder(folder: Path) -> None:
    """Make a folder, and those above it, where it is not there.

    Raises:
        WrongOutput: it is a results folder, or lies in one.
        GraderError: it cannot be made.
    """
    assert_outside_results(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(
            f"cannot be made ({error.strerror})", at=str(folder), fix="Name another folder."
        ) from error


def _beside(path: Path) -> Path | None:
    """Where there is room for as much again: beside the file, unless that is a device."""
    if path.exists() and not (path.is_file() and os.access(path.parent, os.W_OK)):
        return None
    return path.parent


def _not_written(path: Path, error: OSError) -> GraderError:
    return GraderError(
        f"cannot be written ({error.strerror})", at=str(path), fix="Name another file."
    )
