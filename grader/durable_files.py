"""Files that survive a crash: written whole, or added to line by line."""

import contextlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.errors import GraderFault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_whole(path: Path, data: bytes, *, at: datetime | None = None) -> None:
    """Write a file so that at every moment it is the old one or the new one, never a part.

    Args:
        at: the time that the file bears as that of its last change, in place of the clock's.

    Raises:
        GraderFault: it cannot be written, as on a full disk.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(partial, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if at is not None:
            nanoseconds = (at - _EPOCH) // timedelta(microseconds=1) * 1000
            os.utime(partial, ns=(nanoseconds, nanoseconds))
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise GraderFault(
            f"cannot be written ({error.strerror}); every report before it is kept",
            at=str(path),
            fix="Make room or change the rights, and run the same command again.",
        ) from error


def time_of(path: Path) -> datetime:
    """When a file was last changed, to the microsecond."""
    return _EPOCH + timedelta(microseconds=path.stat().st_mtime_ns // 1000)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are missing.

    Raises:
        GraderFault: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderFault(
            f"cannot be made ({error.strerror})", at=str(path), fix="Name another folder with -o."
        ) from error


def move(path: Path, target: Path) -> None:
    """Move a file to a place of the same disk; where there is none, nothing is done.

    Raises:
        GraderFault: it cannot be moved.
    """
    if not path.exists():
        return
    make_folder(target.parent)
    try:
        os.replace(path, target)
    except OSError as error:
        raise GraderFault(
            f"cannot be moved to {target.parent} ({error.strerror})",
            at=str(path),
            fix="Change the rights, and run the same command again.",
        ) from error


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Add lines and have them on disk; a last line that was cut off by a crash stays alone.

    Raises:
        GraderFault: they cannot be written, as on a full disk.
    """
    if not lines:
        return
    make_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        with open(descriptor, "rb+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            start = b"" if size == 0 or file.read(1) == b"\n" else b"\n"
            file.write(start + "".join(f"{line}\n" for line in lines).encode())
            os.fsync(file.fileno())
    except OSError as error:
        raise GraderFault(
            f"cannot be written ({error.strerror}); nothing of the last step was kept",
            at=str(path),
            fix="Make room or change the rights, and do it again.",
        ) from error


def whole_lines(path: Path) -> list[str]:
    """The whole lines of JSON in a file: one that was cut off by a crash was never promised."""
    if not path.exists():
        return []
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    return [line for line in lines if line.startswith("{") and line.endswith("}")]
