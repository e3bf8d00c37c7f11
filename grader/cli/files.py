"""Files that a command writes where `-o` says."""

from pathlib import Path

from grader.errors import GraderError


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole, over what was there.

    Raises:
        GraderError: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise GraderError(
            f"cannot be written ({error.strerror})", at=str(path), fix="Name another file."
        ) from error


def make_output_folder(folder: Path) -> None:
    """Make a folder, and those above it, where it is not there.

    Raises:
        GraderError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(
            f"cannot be made ({error.strerror})", at=str(folder), fix="Name another folder."
        ) from error
