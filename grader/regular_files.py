"""Opening what a stranger has put into a folder: a regular file, and nothing that stands for one.

The folder may change meanwhile. So what is looked at is what was opened, and not a path: no link is
followed, neither at the end of the path nor on the way, and no pipe is waited for.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class NotRegular(Exception):
    """There is no regular file; the words go after its name."""


@contextmanager
def opened(path: Path, *, below: Path | None = None) -> Iterator[BinaryIO]:
    """A regular file, open for reading.

    Args:
        below: the stranger's folder, in which the file lies; by default the file alone is his.

    Raises:
        NotRegular: it is a link or lies behind one, or it is a pipe, a folder, a device.
        OSError: it cannot be opened.
    """
    with opened_folder(path.parent, below=below) as folder:
        try:
            descriptor = os.open(path.name, _FILE, dir_fd=folder)
        except OSError as error:
            raise _meaning(error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular("is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        yield file


@contextmanager
def opened_folder(path: Path, *, below: Path | None = None) -> Iterator[int]:
    """A folder as a descriptor.

    Args:
        below: a folder from which on no link is followed, itself included.

    Raises:
        NotRegular: there is a link.
        OSError: it cannot be opened.
    """
    start = below.parent if below is not None else path
    descriptor = os.open(start, _FOLDER)
    try:
        for part in path.relative_to(start).parts:
            inner = _inner(part, descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _inner(name: str, folder: int) -> int:
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ENOTDIR:  # so says Linux of a link where a folder is wanted
            raise NotRegular("lies behind a link, and links are not followed") from error
        raise _meaning(error) from error


def _meaning(error: OSError) -> Exception:
    if error.errno == errno.ELOOP:
        return NotRegular("is a link, and links are not followed")
    if error.errno == errno.ENXIO:  # a socket
        return NotRegular("is not a regular file")
    return error
