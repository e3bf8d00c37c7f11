"""Files as a zip, byte for byte the same for the same files."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

_DAY = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def write_zip(file: BinaryIO, paths: Iterable[str], content: Callable[[str], bytes]) -> None:
    """Write a zip, equal for equal files; nobody but their owner may read them.

    Args:
        content: of a path; asked for one after the other.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(paths):
            _add(archive, path, content(path), rights=0o600)


def zip_of(files: Mapping[str, bytes], *, executable: Iterable[str] = ()) -> bytes:
    """A zip of files by path, equal for equal files; nobody but their owner may read them."""
    programs = set(executable)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            _add(archive, path, content, rights=0o700 if path in programs else 0o600)
    return made.getvalue()


def _add(archive: zipfile.ZipFile, path: str, content: bytes, *, rights: int) -> None:
    entry = zipfile.ZipInfo(path, _DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX  # whose rights follow
    entry.external_attr = (0o100000 | rights) << 16
    archive.writestr(entry, content)
