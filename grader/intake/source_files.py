"""What a folder and a zip have in common: files with a path, of which a few are sources.

What is passed over is passed over in both, so that a zip is worth what its folder is worth.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

SOURCES = (".py", ".ipynb")
MAX_SOURCE_BYTES = 4 << 20  # of all that is read as Python; the pictures of a notebook do not count
MAX_NOTEBOOK_BYTES = 64 << 20  # of the file, with its outputs
MAX_DEPTH = 20  # folders in one another; what lies deeper is no module of anybody's
MAX_NAME_SHOWN = 100
ENVIRONMENT = "pyvenv.cfg"  # what a virtual environment is known by, whatever its name

_LARGE = {".ipynb", ".zip", ".yml"}  # with pictures, packed, or with all results of a class
_IGNORED = {"__pycache__", "venv", "node_modules", "site-packages"}
_IGNORED |= {"__MACOSX", "Icon\r", "Thumbs.db", "desktop.ini"}  # what systems add to folders


class Unreadable(Exception):
    """A source file cannot be read; the words say why, and go after its name."""

    def __init__(self, why: str, *, fix: str) -> None:
        self.fix = fix
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may be a source.

    `size` is what the folder or the archive says of it. `read` gives its bytes, and raises
    `Unreadable` or `OSError`.
    """

    path: PurePosixPath
    size: int
    read: Callable[[], bytes]


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name belongs to a tool or a system."""
    return name.startswith(".") or name in _IGNORED


def is_wanted(path: PurePosixPath) -> bool:
    """Whether a path may be a source of the submission."""
    return (
        path.suffix.lower() in SOURCES
        and len(path.parts) <= MAX_DEPTH + 1
        and not any(map(is_ignored, path.parts))
    )


def limit_of(path: PurePosixPath) -> int:
    """The most bytes that are read of a file."""
    return MAX_NOTEBOOK_BYTES if path.suffix.lower() in _LARGE else MAX_SOURCE_BYTES


def too_large(path: PurePosixPath) -> Unreadable:
    return Unreadable(f"is larger than {limit_of(path) >> 20} MB", fix="Hand in source code only.")


def composed(name: str) -> str:
    """A name as Python spells it in an import: macOS takes its accents apart."""
    return unicodedata.normalize("NFC", name)
