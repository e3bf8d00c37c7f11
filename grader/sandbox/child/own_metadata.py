"""`importlib.metadata.version` of the student's own package, which nobody has installed here.

Many repositories begin with it. The number decides nothing, so it must not cost a point; where
the student's code itself asks by `try` whether the package is installed, it is not.
"""

import importlib.metadata
import os
import sys
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any

from grader.sandbox.child.harmless import stands_in_try

_METADATA = "importlib/metadata/__init__.py"
_VERSION = "0.0.0"


class OwnDistribution(importlib.metadata.Distribution):
    """A package with a name, a version and nothing else."""

    def __init__(self, name: str) -> None:
        self._own_name = name

    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return f"Metadata-Version: 2.1\nName: {self._own_name}\nVersion: {_VERSION}\n"

    def locate_file(self, path: Any) -> Any:
        return path


def give_own_metadata(files: Collection[str]) -> None:
    """Answer for packages that are not installed, where one of the student's files asks."""
    ordinary: Callable[[str], Any] = importlib.metadata.Distribution.from_name

    def from_name(name: str) -> Any:
        try:
            return ordinary(name)
        except importlib.metadata.PackageNotFoundError:
            asking = _asking(sys._getframe(1))
            if not name or asking.f_code.co_filename not in files or stands_in_try(asking):
                raise
            return OwnDistribution(name)

    importlib.metadata.Distribution.from_name = from_name  # type: ignore[method-assign]


def _asking(frame: FrameType) -> FrameType:
    """What called a function of `importlib.metadata`."""
    while frame.f_code.co_filename.replace(os.sep, "/").endswith(_METADATA) and frame.f_back:
        frame = frame.f_back
    return frame
