"""Removing what a child left in its folder, however deep, unreadable or strange it is.

`shutil.rmtree` calls itself for each level, and gives up where a folder may not be read. Here what
lies inside of a folder is moved up beside it, so that no path grows and nothing is nested.
"""

import contextlib
import os
import secrets

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_folder(path: str) -> None:
    """Remove a folder with everything in it. What cannot be removed stays, and raises nothing."""
    with contextlib.suppress(OSError):
        parent, name = os.path.split(os.path.abspath(path))
        descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            top = _opened(name, descriptor)
            try:
                _empty(top)
            finally:
                os.close(top)
            os.rmdir(name, dir_fd=descriptor)
        finally:
            os.close(descriptor)


def _empty(top: int) -> None:
    stuck: set[str] = set()
    while names := set(os.listdir(top)) - stuck:
        for name in names:
            try:
                _remove(name, top)
            except OSError:  # such as what is mounted there: the others go all the same
                stuck.add(name)


def _remove(name: str, top: int) -> None:
    """A file, or a folder whose own folders then lie in the top one."""
    if _is_unlinked(name, top):
        return
    folder = _opened(name, top)
    try:
        for inner in os.listdir(folder):
            if not _is_unlinked(inner, folder):
                _move(inner, folder, top)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _is_unlinked(name: str, folder: int) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except (IsADirectoryError, PermissionError):  # the second is what macOS says of a folder
        return False
    return True


def _move(name: str, folder: int, top: int) -> None:
    new = f"left-{secrets.token_hex(8)}"
    try:
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=top)
    except PermissionError:  # a folder that is moved must be one that may be written to
        os.chmod(name, 0o700, dir_fd=folder)
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=top)


def _opened(name: str, folder: int) -> int:
    """A folder whose content may be listed and removed."""
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=folder)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=folder)
        descriptor = os.open(name, _FOLDER, dir_fd=folder)
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, 0o700)
    return descriptor
