"""The source files of a folder. Links are not followed, and what tools add is passed over."""

import functools
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from grader.intake.source_files import (
    ENVIRONMENT,
    MAX_DEPTH,
    SourceFile,
    Unreadable,
    composed,
    is_ignored,
    is_wanted,
    limit_of,
    too_large,
)


def files_in_folder(folder: Path) -> list[SourceFile]:
    """The files that may be sources, by path; a link or a pipe cannot be read.

    Raises:
        OSError: a folder cannot be listed.
    """
    found = []
    for path in _walk(folder, 0):
        # Unlike what is shown, a module's path must stay what the student imports.
        name = path.relative_to(folder).as_posix().encode(errors="backslashreplace").decode()
        inside = PurePosixPath(composed(name))
        if is_wanted(inside):
            size = path.lstat().st_size
            found.append(SourceFile(inside, size, functools.partial(read_file, path)))
    return found


def read_file(path: Path) -> bytes:
    """A regular file's content.

    Raises:
        Unreadable: it is anything else, such as a link or a pipe, or too large.
        OSError: it cannot be read.
    """
    if path.is_symlink():
        raise Unreadable("is a link, and links are not followed", fix="Hand in the file itself.")
    if not path.is_file():
        raise Unreadable("is not a regular file", fix="Hand in the file itself.")
    limit = limit_of(PurePosixPath(path.name))
    if path.stat().st_size > limit:
        raise too_large(PurePosixPath(path.name))
    return path.read_bytes()


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    entries = sorted(folder.iterdir())
    if any(entry.name == ENVIRONMENT for entry in entries):
        return
    for entry in entries:
        if is_ignored(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            if depth < MAX_DEPTH:
                yield from _walk(entry, depth + 1)
        else:
            yield entry
