"""What was downloaded, as a tree of files: a folder, or a zip that is read without unpacking it.

What systems and tools add is not listed, no link is followed, and what is read is bounded.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from grader.errors import NoSuchSubmission, SubmissionError
from grader.intake.archive import members_in_zip
from grader.intake.folder import files_in_folder, read_file
from grader.intake.source_files import ENVIRONMENT, MAX_DEPTH, SourceFile, is_ignored
from grader.regular_files import NotRegular, opened
from grader.text import clean_line

TOP = PurePosixPath()
_MOST_PATH = 4096
_DEEPEST = 2 * MAX_DEPTH  # folders of the layout, and a student's own
_REPOSITORY = ".git"
_AGAIN = "Download it again, or name the folder or zip with the submissions."


@dataclass(frozen=True, slots=True, order=True)
class DownloadItem:
    """A file or a folder in a download."""

    path: PurePosixPath
    is_folder: bool

    @property
    def name(self) -> str:
        return self.path.name


class Download(Protocol):
    """The tree. Paths are below its top, and those of files may be any text."""

    @property
    def name(self) -> str:
        """What it is called, as it can be shown."""

    @property
    def notes(self) -> Sequence[str]:
        """What a person should know of how it was opened."""

    def listed(self, folder: PurePosixPath = TOP) -> Sequence[DownloadItem]:
        """What lies directly in a folder, sorted by name; nothing if it cannot be listed."""

    def files(self, item: DownloadItem) -> Sequence[SourceFile]:
        """The file, by its name, or all files below the folder, by their paths in it.

        Raises:
            OSError: a folder cannot be listed.
        """

    def is_repository(self, folder: PurePosixPath) -> bool:
        """Whether a folder is a clone of git."""


@contextmanager
def opened_download(path: Path) -> Iterator[Download]:
    """The download at a path, open as long as something of it is read.

    Raises:
        NoSuchSubmission: there is nothing, or neither a folder nor a zip.
        SubmissionError: it cannot be read.
    """
    at = clean_line(str(path), _MOST_PATH)
    if path.is_file() and path.suffix.lower() != ".zip":
        raise NoSuchSubmission(
            "is a file, not a folder or zip of submissions",
            at=at,
            fix="Name the folder or zip with the submissions.",
        )
    if not path.is_dir() and not (path.exists() and path.suffix.lower() == ".zip"):
        raise NoSuchSubmission(
            "there is no such folder", at=at, fix="Name the folder with the submissions."
        )
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        with opened(path.resolve()) as file:
            notes: list[str] = []
            folders: list[PurePosixPath] = []
            members = _members(file, at, notes, folders)
            yield _Zip(clean_line(path.name, _MOST_PATH), tuple(notes), members, folders)
    except (NotRegular, OSError) as error:
        why = str(error) if isinstance(error, NotRegular) else f"cannot be read ({error.strerror})"
        raise SubmissionError(why, at=at, fix=_AGAIN) from error


def zip_in(download: Download, item: DownloadItem) -> Download:
    """A zip that lies in a download, as a download itself.

    Raises:
        SubmissionError: it is no zip.
        Unreadable: it is too large, or damaged.
        OSError: it cannot be read.
    """
    [file] = download.files(item)
    notes: list[str] = []
    folders: list[PurePosixPath] = []
    name = clean_line(item.name, _MOST_PATH)
    members = _members(BytesIO(file.read()), name, notes, folders)
    return _Zip(name, tuple(notes), members, folders)


def _members(
    file: IO[bytes], at: str, notes: list[str], folders: list[PurePosixPath]
) -> list[SourceFile]:
    leading_out: list[str] = []
    try:
        members = members_in_zip(file, at, notes, leading_out=leading_out, folders=folders)
    except SubmissionError as error:
        raise SubmissionError(error.problem, at=at, fix=_AGAIN) from error
    notes += [f"{name} leads out of the zip, and was left out." for name in leading_out]
    return members


@dataclass(frozen=True, slots=True)
class _Folder:
    folder: Path
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return clean_line(self.folder.resolve().name, _MOST_PATH)

    def listed(self, folder: PurePosixPath = TOP) -> tuple[DownloadItem, ...]:
        try:
            with os.scandir(self.folder / folder) as found:
                items = [
                    DownloadItem(folder / entry.name, entry.is_dir(follow_symlinks=False))
                    for entry in found
                    if not is_ignored(entry.name)
                ]
        except OSError:
            return ()
        return tuple(sorted(items))

    def files(self, item: DownloadItem) -> list[SourceFile]:
        path = self.folder / item.path
        if item.is_folder:
            return files_in_folder(path, wanted=lambda inside: True)
        size = path.lstat().st_size
        return [SourceFile(PurePosixPath(item.name), size, lambda: read_file(path))]

    def is_repository(self, folder: PurePosixPath) -> bool:
        return os.path.lexists(self.folder / folder / _REPOSITORY)


class _Zip:
    def __init__(
        self,
        name: str,
        notes: tuple[str, ...],
        members: Sequence[SourceFile],
        folders: Sequence[PurePosixPath],
    ) -> None:
        self.name = name
        self.notes = notes
        paths = [member.path for member in members]
        self._repositories = {
            path.parents[len(path.parents) - 1 - path.parts.index(_REPOSITORY)]
            for path in paths
            if _REPOSITORY in path.parts[:-1]
        } | {path.parent for path in paths if path.name == _REPOSITORY}
        environments = {path.parent for path in paths if path.name == ENVIRONMENT}
        self._below: dict[PurePosixPath, list[SourceFile]] = {}
        self._listed: dict[PurePosixPath, set[DownloadItem]] = {}
        for member in members:
            parts = member.path.parts
            is_near = len(parts) <= _DEEPEST and len(str(member.path)) <= _MOST_PATH
            if is_near and not any(map(is_ignored, parts)):
                self._add(member, environments)
        for folder in {*folders, *(path.parent for path in paths)}:
            self._add_folder(folder)

    def _add_folder(self, folder: PurePosixPath) -> None:
        """A student's folder is there, too, where nothing is in it, or what is passed over."""
        known = takewhile(lambda part: not is_ignored(part), folder.parts[:_DEEPEST])
        kept = PurePosixPath(*known)
        for inner in (kept, *kept.parents):
            if inner != TOP:
                item = DownloadItem(inner, is_folder=True)
                self._listed.setdefault(inner.parent, set()).add(item)

    def _add(self, member: SourceFile, environments: set[PurePosixPath]) -> None:
        inner = DownloadItem(member.path, is_folder=False)
        self._below.setdefault(member.path, []).append(member)
        in_environment = bool(environments & set(member.path.parents))
        for folder in member.path.parents:
            self._listed.setdefault(folder, set()).add(inner)
            inner = DownloadItem(folder, is_folder=True)
            if not in_environment:
                self._below.setdefault(folder, []).append(member)

    def listed(self, folder: PurePosixPath = TOP) -> tuple[DownloadItem, ...]:
        return tuple(sorted(self._listed.get(folder, ())))

    def files(self, item: DownloadItem) -> list[SourceFile]:
        below = item.path if item.is_folder else item.path.parent
        return [
            SourceFile(member.path.relative_to(below), member.size, member.read)
            for member in self._below.get(item.path, ())
            if item.is_folder or member.path == item.path
        ]

    def is_repository(self, folder: PurePosixPath) -> bool:
        return folder in self._repositories
