"""Files as a zip, byte for byte the same for the same files."""

import io
import zipfile
from collections.abc import Iterable, Mapping

_DAY = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def zip_of(files: Mapping[str, bytes], *, executable: Iterable[str] = ()) -> bytes:
    """A zip of files by path, equal for equal files; nobody but their owner may read them."""
    programs = set(executable)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX  # whose rights follow
            entry.external_attr = (0o100700 if path in programs else 0o100600) << 16
            archive.writestr(entry, content)
    return made.getvalue()
