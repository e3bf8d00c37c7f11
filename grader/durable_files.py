"""Files that survive a crash: written whole, or added to line by line."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BufferedWriter
from pathlib import Path

from grader.errors import GraderFault

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_whole(path: Path, data: bytes, *, at: datetime | None = None) -> None:
    """Write a file so that at every moment it is the old one or the new one, never a part.

    Others may write the same file meanwhile, also on other machines: the last one's stands.

    Args:
        at: the time that the file bears as that of its last change, in place of the clock's.

    Raises:
        GraderFault: it cannot be written, as on a full disk.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with os.fdopen(_opened_alone(partial), "wb") as file:
            try:
                _replace(path, partial, file, data, at=at)
            except OSError:
                with contextlib.suppress(OSError):
                    partial.unlink()  # while it is ours
                raise
    except OSError as error:
        raise GraderFault(
            f"cannot be written ({error.strerror}); every report before it is kept",
            at=str(path),
            fix="Make room or change the rights, and run the same command again.",
        ) from error


def _replace(
    path: Path, partial: Path, file: BufferedWriter, data: bytes, *, at: datetime | None
) -> None:
    file.truncate(0)  # what a process that was killed has left
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
    if at is not None:
        nanoseconds = (at - _EPOCH) // timedelta(microseconds=1) * 1000
        os.utime(partial, ns=(nanoseconds, nanoseconds))
    os.replace(partial, path)


def _opened_alone(partial: Path) -> int:
    """A descriptor of a file that nobody else writes: who had it before has renamed it by now."""
    while True:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        _lock(descriptor)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(partial)):
                return descriptor
        os.close(descriptor)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """What happens meanwhile in a folder, nobody else does who asks for the same.

    It ends with the process, whatever ends that.

    Raises:
        GraderFault: the folder cannot be made, or nothing can be written there.
    """
    make_folder(folder)
    try:
        descriptor = _opened(folder / ".lock")
    except OSError as error:
        raise GraderFault(
            f"cannot be written ({error.strerror}); every report before it is kept",
            at=str(folder),
            fix="Make room or change the rights, and run the same command again.",
        ) from error
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _opened(lock: Path) -> int:
    """A descriptor to lock by; that of another user may only be read, which is enough."""
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        return os.open(lock, os.O_RDONLY | os.O_CLOEXEC)


def _lock(descriptor: int) -> None:
    """Wait for the lock of a file. Some file systems of clusters have none, and do without."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


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
    except FileNotFoundError:
        return  # another run has moved it
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
