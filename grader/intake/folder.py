"""The source files of a folder. Links are not followed, and what tools add is passed over."""

import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath, PurePosixPath

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
from grader.regular_files import NotRegular, opened, opened_folder


def files_in_folder(
    folder: Path, *, wanted: Callable[[PurePosixPath], bool] = is_wanted
) -> list[SourceFile]:
    """The files that may be sources, by path; a link or a pipe cannot be read.

    Args:
        wanted: by its path in the folder, whether a file is listed.

    Raises:
        OSError: a folder cannot be listed.
    """
    found = []
    for path, size in _walk(folder, PurePath(), top=folder):
        # Unlike what is shown, a module's path must stay what the student imports.
        name = path.as_posix().encode(errors="backslashreplace").decode()
        inside = PurePosixPath(composed(name))
        if wanted(inside):
            read = functools.partial(read_file, folder / path, below=folder)
            found.append(SourceFile(inside, size, read))
    return found


def read_file(path: Path, *, below: Path | None = None) -> bytes:
    """A regular file's content.

    Args:
        below: the folder that was handed in, if the file lies in one.

    Raises:
        Unreadable: it is anything else, such as a link or a pipe, or too large.
        OSError: it cannot be read.
    """
    limit = limit_of(PurePosixPath(path.name))
    try:
        with opened(path, below=below) as file:
            data = file.read(limit + 1)
    except NotRegular as error:
        raise Unreadable(str(error), fix="Hand in the file itself.") from error
    if len(data) > limit:
        raise too_large(PurePosixPath(path.name))
    return data


def _walk(folder: Path, inside: PurePath, *, top: Path) -> Iterator[tuple[PurePath, int]]:
    """The files below a folder with their sizes. One that became a link meanwhile holds nothing."""
    try:
        with opened_folder(folder, below=top) as descriptor, os.scandir(descriptor) as listed:
            entries = sorted(
                (
                    (entry.name, entry.is_dir(follow_symlinks=False), _size(entry))
                    for entry in listed
                    if not is_ignored(entry.name)
                ),
            )
    except NotRegular:
        return
    if any(name == ENVIRONMENT for name, _, _ in entries):
        return
    for name, is_folder, size in entries:
        if not is_folder:
            yield inside / name, size
        elif len(inside.parts) < MAX_DEPTH:
            yield from _walk(folder / name, inside / name, top=top)


def _size(entry: os.DirEntry[str]) -> int:
    return entry.stat(follow_symlinks=False).st_size
