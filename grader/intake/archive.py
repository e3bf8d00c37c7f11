"""The source files of a zip archive, read in memory: nothing is ever unpacked to disk."""

import stat
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.text import clean_line

MAX_MEMBERS = 2000
MAX_FILE_BYTES = 2 << 20
MAX_TOTAL_BYTES = 20 << 20
MAX_NAME_SHOWN = 100


def files_in_zip(data: bytes, name: str, suffixes: tuple[str, ...]) -> dict[str, bytes]:
    """The members with one of the suffixes, by path.

    Raises:
        SubmissionError: it is no zip, too large, or a member's path leads out of it.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if _wanted(m, name, suffixes)]
            if len(archive.infolist()) > MAX_MEMBERS:
                raise _refused(name, f"it has more than {MAX_MEMBERS} members")
            if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
                raise _refused(name, f"its sources are larger than {MAX_TOTAL_BYTES >> 20} MB")
            return {member.filename: _read(archive, member, name) for member in members}
    except SubmissionError:
        raise
    except Exception as error:  # each way of packing has its own errors for damaged bytes
        said = clean_line(str(error), 2 * MAX_NAME_SHOWN)  # it may quote the names of members
        raise _refused(name, f"it is not a readable zip archive ({said})") from error


def _wanted(member: zipfile.ZipInfo, name: str, suffixes: tuple[str, ...]) -> bool:
    path = PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
        raise _refused(name, f"the path {_quoted(member)} leads out of it")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _refused(name, f"{_quoted(member)} is a link")
    return not member.is_dir() and path.suffix in suffixes


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    if member.flag_bits & 1:
        raise _refused(name, "it is encrypted")
    with archive.open(member) as file:
        data = file.read(MAX_FILE_BYTES + 1)  # what the archive says of the size is not believed
    if len(data) > MAX_FILE_BYTES:
        raise _refused(name, f"{_quoted(member)} is larger than {MAX_FILE_BYTES >> 20} MB")
    return data


def _quoted(member: zipfile.ZipInfo) -> str:
    return clean_line(repr(member.filename), MAX_NAME_SHOWN)


def _refused(name: str, why: str) -> SubmissionError:
    return SubmissionError(
        f"the archive was not read: {why}",
        at=name,
        fix="Zip the folder that holds submission.py, and hand in that.",
    )
