"""Files that a command writes where `-o` says."""

from pathlib import Path

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
        raise GraderError(
            f"cannot be written ({error.strerror})", at=str(path), fix="Name another file."
        ) from error


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
