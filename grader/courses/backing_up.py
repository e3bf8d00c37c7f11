"""A whole course in one file: its folder and its store; and back again."""

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from grader.errors import GraderError, NoSuchPath
from grader.store.copying import copy_store, copy_store_to_file
from grader.store.database import open_database

_STORE = "store.sqlite"
_FILES = "course"
_ENDINGS = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-journal")


def back_up(folder: Path, store: str | Path, target: Path) -> int:
    """Write a new zip with the folder of a course and its store; how many rows it holds.

    The site may run meanwhile. The file holds the secret of the course and all that students
    wrote, so only its owner may read it.

    Raises:
        NoSuchPath: there is no such folder.
        GraderError: the file is there already.
        StoreError: the store cannot be used.
    """
    if not folder.is_dir():
        raise NoSuchPath(
            "there is no such folder", at=str(folder), fix="Name the folder of the course."
        )
    if target.exists():
        raise GraderError("is there already", at=str(target), fix="Name a new file.")
    part = target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory() as place:
        source = open_database(store)
        try:
            n_rows = copy_store_to_file(source, Path(place) / _STORE)
        finally:
            source.dispose()
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(Path(place) / _STORE, _STORE)
            for path in _files_of(folder, target):
                archive.write(path, f"{_FILES}/{path.relative_to(folder).as_posix()}")
    os.replace(part, target)
    return n_rows


def restore(archive: Path, folder: Path, store: str | Path) -> int:
    """Make the folder of a course and its store from a backup; how many rows it holds.

    Raises:
        GraderError: the folder holds something already, or the file is no backup.
        StoreError: the store holds something already, or cannot be used.
    """
    if folder.exists() and any(folder.iterdir()):
        raise GraderError(
            "holds something already", at=str(folder), fix="Name a folder that is empty or new."
        )
    with tempfile.TemporaryDirectory() as place:
        _unpack(archive, Path(place))
        source, target = open_database(Path(place) / _STORE), open_database(store)
        try:
            n_rows = copy_store(source, target)
        finally:
            source.dispose()
            target.dispose()
        shutil.copytree(Path(place) / _FILES, folder, dirs_exist_ok=True)
    return n_rows


def _files_of(folder: Path, target: Path) -> list[Path]:
    """What belongs to a course: no store, no earlier backup, nothing hidden."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and path.suffix != target.suffix
        and not path.name.endswith(_ENDINGS)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and "__pycache__" not in path.parts
    )


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
