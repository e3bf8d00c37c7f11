"""Files that a command writes where `-o` says."""

from pathlib import Path

from grader.errors import GraderError


def write_file(path: Path, content: bytes) -> None:
    """Raises GraderError if the file cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise GraderError(
            f"cannot be written ({error.strerror})", at=str(path), fix="Name another file with -o."
        ) from error


def make_output_folder(folder: Path) -> None:
    """Raises GraderError if the folder is not there and cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(
            f"cannot be made ({error.strerror})", at=str(folder), fix="Name another folder with -o."
        ) from error
