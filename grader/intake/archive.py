"""The source files of a zip archive, read in memory: nothing is ever unpacked to disk."""

import contextlib
import functools
import posixpath
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from grader.errors import SubmissionError
from grader.intake.source_files import (
    ENVIRONMENT,
    MAX_NAME_SHOWN,
    SourceFile,
    Unreadable,
    composed,
    is_wanted,
    limit_of,
    too_large,
)
from grader.text import clean_line

MAX_TOTAL_BYTES = 20 << 20  # of an archive that is read whole
MAX_DIRECTORY_BYTES = 32 << 20  # the list of members, which is read whole: some 300,000
_END = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 1 << 16
_FIX = "Zip the folder that holds submission.py, and hand in that."
_IS_UTF8 = 1 << 11
_MOST_NOTES = 5


def sources_in_zip(file: IO[bytes], name: str, notes: list[str]) -> list[SourceFile]:
    """The members that may be sources. They are read, from the open file, only if they are used.

    Args:
        notes: gets what a person should know, such as that a name stands twice.

    Raises:
        SubmissionError: it is no zip, or a member's path leads out of it.
    """
    members = members_in_zip(file, name, notes)
    environments = {member.path.parent for member in members if member.path.name == ENVIRONMENT}
    return [
        member
        for member in members
        if is_wanted(member.path) and not environments & set(member.path.parents)
    ]


def files_in_zip(
    data: bytes,
    name: str,
    suffixes: tuple[str, ...],
    *,
    unreadable: Callable[[str, str], None] | None = None,
) -> dict[str, bytes]:
    """The members with one of the suffixes, by path; not what macOS keeps beside them.

    `unreadable`, if given, is told the path of each that cannot be read, and why.

    Raises:
        SubmissionError: one of them cannot be read, and nobody wants to be told of it; or all are
            too large; see `sources_in_zip`.
    """
    members = [
        member
        for member in members_in_zip(BytesIO(data), name, [])
        if member.path.suffix in suffixes and not _is_of_macos(member.path)
    ]
    if sum(member.size for member in members) > MAX_TOTAL_BYTES:
        raise _refused(name, f"its files are larger than {MAX_TOTAL_BYTES >> 20} MB")
    files: dict[str, bytes] = {}
    for member in members:
        try:
            files[str(member.path)] = member.read()
        except Unreadable as error:
            if unreadable is None:
                raise _refused(name, f"a file in it {error}") from error
            unreadable(str(member.path), str(error))
    return files


def _is_of_macos(path: PurePosixPath) -> bool:
    return "__MACOSX" in path.parts or path.name.startswith("._")


def members_in_zip(
    file: IO[bytes],
    name: str,
    notes: list[str],
    *,
    leading_out: list[str] | None = None,
    folders: list[PurePosixPath] | None = None,
) -> list[SourceFile]:
    """All but folders. The last of a name counts, as for whoever unpacks the archive.

    Args:
        notes: gets what a person should know, such as that a name stands twice.
        leading_out: gets the members whose path leads out of the archive, which are left out then.
        folders: gets those that stand in the list, among them all that are empty.

    Raises:
        SubmissionError: it is no zip, or, without `leading_out`, a member's path leads out of it.
    """
    try:
        _check_directory(file, name)
        archive = zipfile.ZipFile(file)
        listed = list(_inside(archive, name, leading_out))
        members = dict(listed)
    except SubmissionError:
        raise
    except Exception as error:  # each way of packing has its own errors for damaged bytes
        raise _refused(name, f"it is not a readable zip archive ({_said(error)})") from error
    notes += _twice(listed)
    if folders is not None:
        folders += [path for path, member in listed if _is_folder(member)]
    return [
        SourceFile(path, member.file_size, functools.partial(_read, archive, member, path))
        for path, member in members.items()
        if not _is_folder(member)
    ]


def _inside(
    archive: zipfile.ZipFile, name: str, leading_out: list[str] | None
) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    for member in archive.infolist():
        try:
            yield _path(member, name), member
        except SubmissionError:
            if leading_out is None:
                raise
            leading_out.append(clean_line(member.filename, MAX_NAME_SHOWN))


def _is_folder(member: zipfile.ZipInfo) -> bool:
    # not `is_dir`, which stumbles over an empty name, and does not know Windows
    return member.filename.endswith(("/", "\\"))


def _twice(listed: list[tuple[PurePosixPath, zipfile.ZipInfo]]) -> list[str]:
    times = Counter(path for path, member in listed if not _is_folder(member) and is_wanted(path))
    paths = [clean_line(str(path), MAX_NAME_SHOWN) for path, n in times.items() if n > 1]
    return [
        f"{path} stands more than once in the archive; the last one was taken."
        for path in sorted(paths)[:_MOST_NOTES]
    ]


def _check_directory(file: IO[bytes], name: str) -> None:
    """Its size must be bounded before it is read; an archive that lies about it is not readable."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_COMMENT - _END.size))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if 0 <= at <= len(tail) - _END.size:
        announced = _END.unpack_from(tail, at)[5]
        # What is too large for the field stands in a record of its own, and is not looked up.
        longest = size if b"PK\x06\x07" in tail[:at] else announced
        if longest > MAX_DIRECTORY_BYTES:
            raise _refused(name, "its list of files is larger than that of any homework")
    file.seek(0)


def _path(member: zipfile.ZipInfo, name: str) -> PurePosixPath:
    """Where a member belongs: with the slashes of Windows, and the letters of macOS."""
    spelled = member.filename
    if not member.flag_bits & _IS_UTF8:
        with contextlib.suppress(UnicodeError):
            spelled = spelled.encode("cp437").decode()  # UTF-8 that does not say so
    path = posixpath.normpath(spelled.replace("\\", "/"))
    first = path.partition("/")[0]
    if path.startswith("/") or first == ".." or (len(first) == 2 and first[1] == ":"):
        raise _refused(
            name, f"the path {clean_line(repr(spelled), MAX_NAME_SHOWN)} leads out of it"
        )
    return PurePosixPath(composed(path))


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: PurePosixPath) -> bytes:
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable("is a link, and links are not followed", fix="Hand in the file itself.")
    if member.flag_bits & 1:
        raise Unreadable("is encrypted", fix=_FIX)
    limit = limit_of(path)
    try:
        with archive.open(member) as file:
            data = file.read(limit + 1)  # what the archive says of the size is not believed
    except Exception as error:  # see above
        raise Unreadable(f"is damaged in the archive ({_said(error)})", fix=_FIX) from error
    if len(data) > limit:
        raise too_large(path)
    return data


def _said(error: Exception) -> str:
    return clean_line(str(error), 2 * MAX_NAME_SHOWN)  # it may quote the names of members


def _refused(name: str, why: str) -> SubmissionError:
    return SubmissionError(
        f"the archive was not read: {why}",
        at=name,
        fix=_FIX,
    )
