"""A whole course in one file: its folder and its store; and back again."""

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from grader.errors import GraderError, GraderFault, NoSuchPath
from grader.settings import course_file_in
from grader.store.copying import copy_store, copy_store_to_file
from grader.store.database import open_database

_STORE = "store.sqlite"
_FILES = "course"
_ENDINGS = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-journal")


class PlaceTaken(GraderError):
    """Something is there already where something new was to be made; it is as it was."""

    exit_code = 2


def back_up(folder: Path, store: str | Path, target: Path) -> int:
    """Write a new zip with the folder of a course and its store; how many rows it holds.

    The site may run meanwhile. The file holds the secret of the course and all that students
    wrote, so only its owner may read it.

    Raises:
        NoSuchPath: there is no such folder, no course in it, or no folder for the file.
        PlaceTaken: the file is there already.
        GraderFault: the file cannot be written; nothing of it is left.
        StoreError: the store cannot be used.
    """
    if not folder.is_dir():
        raise NoSuchPath(
            "there is no such folder", at=str(folder), fix="Name the folder of the course."
        )
    if course_file_in(folder) is None:
        raise NoSuchPath(
            "there is no course.yaml", at=str(folder), fix="Name the folder of the course."
        )
    if os.path.lexists(target):
        raise PlaceTaken("is there already", at=str(target), fix="Name a new file.")
    if not target.parent.is_dir():
        raise NoSuchPath(
            f"there is no folder {str(target.parent)!r}",
            at=str(target),
            fix="Make the folder, or name another place.",
        )
    with tempfile.TemporaryDirectory() as place:
        source = open_database(store)
        try:
            n_rows = copy_store_to_file(source, Path(place) / _STORE)
        finally:
            source.dispose()
        try:
            _write(target, folder, Path(place) / _STORE)
        except OSError as error:
            raise GraderFault(
                f"cannot be written ({error.strerror}), and nothing of it is left",
                at=str(target),
                fix="Make room, change the rights, or name another place.",
            ) from error
    return n_rows


def restore(archive: Path, folder: Path, store: str | Path) -> int:
    """Make the folder of a course and its store from a backup; how many rows it holds.

    Raises:
        NoSuchPath: there is no such file, or the folder cannot be made.
        PlaceTaken: the folder holds something already.
        GraderError: the file is no backup.
        StoreError: the store holds something already, or cannot be used.
    """
    if not archive.exists():
        raise NoSuchPath(
            "there is no such file", at=str(archive), fix="Name a file of `grader backup`."
        )
    if folder.exists() and any(folder.iterdir()):
        raise PlaceTaken(
            "holds something already", at=str(folder), fix="Name a folder that is empty or new."
        )
    with tempfile.TemporaryDirectory() as place:
        _unpack(archive, Path(place))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoSuchPath(
                f"no folder can be made there ({error.strerror})",
                at=str(folder),
                fix="Name another place, or change the rights.",
            ) from error
        source, target = open_database(Path(place) / _STORE), open_database(store)
        try:
            n_rows = copy_store(source, target)
        finally:
            source.dispose()
            target.dispose()
        shutil.copytree(Path(place) / _FILES, folder, dirs_exist_ok=True)
    return n_rows


def _write(target: Path, folder: Path, store: Path) -> None:
    """Write the zip under another name, and give it its own when it is whole."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(store, _STORE)
            for path in _files_of(folder):
                archive.write(path, f"{_FILES}/{path.relative_to(folder).as_posix()}")
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _files_of(folder: Path) -> list[Path]:
    """What belongs to a course: no store, no earlier backup, nothing hidden."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not path.name.endswith(_ENDINGS)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and "__pycache__" not in path.parts
        and not _is_backup(path)
    )


def _is_backup(path: Path) -> bool:
    """By what is in it: a zip of a course may as well be a submission among its examples."""
    try:
        with zipfile.ZipFile(path) as opened:
            return _STORE in opened.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _unpack(archive: Path, place: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            if _STORE not in opened.namelist():
                raise zipfile.BadZipFile("it holds no store")
            opened.extractall(place)
    except (zipfile.BadZipFile, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise GraderError(
            f"is no backup ({why})", at=str(archive), fix="Name a file of `grader backup`."
        ) from error
    (place / _FILES).mkdir(exist_ok=True)
