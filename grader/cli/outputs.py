"""Where a command may write: not over what it reads, what people wrote, or into a class's results.

What a command wrote earlier may be written over, and so may any table or page that is no input.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from grader.errors import GraderError
from grader.settings import ASSIGNMENT_FILE, COURSE_FILES

_OF_A_COURSE = (
    *(*COURSE_FILES, ASSIGNMENT_FILE, "roster.csv"),
    *("verified.json", "assents.json"),  # of questions
)
_BY_HAND = (".py", ".ipynb", ".yaml", ".yml", ".toml", ".md", ".zip")  # or as it was handed in


class WrongOutput(GraderError):
    """The file or folder that was named for writing cannot be it; nothing was written."""

    exit_code = 2


def assert_output(output: Path, *, reads: Iterable[Path | None] = (), ending: str = "") -> None:
    """A file may be written at a path.

    Args:
        reads: files and folders that the command reads; None is none.
        ending: of the files of this command, such as ".zip": its earlier ones may be written over.

    Raises:
        WrongOutput: something would be lost.
    """
    assert_outside_results(output)
    if not os.path.isfile(output):
        return
    for path in reads:
        if path is not None and (_is_same(output, path) or _lies_in(output, path)):
            raise WrongOutput(
                "is read by this command, and would be written over",
                at=str(output),
                fix="Name another file.",
            )
    suffix = output.suffix.lower()
    if output.name in _OF_A_COURSE or (suffix in _BY_HAND and suffix != ending):
        raise WrongOutput(
            "is there, is no earlier output of this command, and would be written over",
            at=str(output),
            fix="Name another file.",
        )


def assert_outside_results(output: Path) -> None:
    """A path is no results folder and lies in none: its files are those of the class's grades.

    Raises:
        WrongOutput: it is or does.
    """
    place = output.resolve()
    found = next((folder for folder in (place, *place.parents) if holds_results(folder)), None)
    if found is not None:
        raise WrongOutput(
            f"lies in the results folder {found}, which only grading writes to"
            if found != place
            else "is a results folder, which only grading writes to",
            at=str(output),
            fix="Name a place outside it.",
        )


def assert_upload_folder(folder: Path, results: Path) -> None:
    """A folder of files to be uploaded has nothing to do with results.

    Args:
        results: those that the files are made from.

    Raises:
        WrongOutput: it is a results folder, lies in one or holds one.
    """
    assert_outside_results(folder)
    inside = [child for child in _children(folder) if holds_results(child)]
    if results.resolve().is_relative_to(folder.resolve()):
        inside.insert(0, results)
    if inside:
        raise WrongOutput(
            f"holds the results folder {inside[0]}, which is not to be uploaded",
            at=str(folder),
            fix="Name a folder of its own.",
        )


def holds_results(folder: Path) -> bool:
    """Whether a folder is what `grader batch` or `grader quiz grade` has written."""
    if os.path.isfile(folder / "quiz-run.json"):
        return True
    kept = (folder / name for name in ("run.json", "grades.csv", "staff"))
    return os.path.isdir(folder / "reports") and any(map(os.path.exists, kept))


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _is_same(output: Path, path: Path) -> bool:
    """Also by another name, as that of a link."""
    try:
        return os.path.samefile(output, path)
    except (OSError, ValueError):
        return False  # there is none, which is said where it is read


def _lies_in(output: Path, folder: Path) -> bool:
    return os.path.isdir(folder) and output.resolve().is_relative_to(folder.resolve())
