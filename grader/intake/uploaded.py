"""Files that somebody sent over the network, read as one submission.

One file is what `reading.read` makes of such a file, and several are what it makes of a folder with
them. A zip is opened where no source lies beside it. Names came from a stranger: what leads out of
a folder is taken off them, and nothing is written anywhere.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.intake.archive import sources_in_zip
from grader.intake.reading import from_files, from_one_file
from grader.intake.source_files import (
    MAX_NAME_SHOWN,
    SOURCES,
    SourceFile,
    Unreadable,
    is_wanted,
    limit_of,
    too_large,
)
from grader.records import Submission
from grader.text import clean_line

_ZIP = ".zip"
_NAMELESS = "file"
_LONGEST_ENDING = 8


def harmless_path(sent: str) -> PurePosixPath:
    """The path within a folder that a name means, whatever system it was written on."""
    parts = [part.strip() for part in sent.replace("\\", "/").split("/")]
    kept = [_harmless_part(part) for part in parts if part.strip(".")]
    return PurePosixPath(*kept) if kept else PurePosixPath(_NAMELESS)


def _harmless_part(part: str) -> str:
    """A name of bounded length; what kind of file it is, its ending says still."""
    ending = PurePosixPath(part).suffix
    if len(part) <= MAX_NAME_SHOWN or len(ending) > _LONGEST_ENDING:
        return clean_line(part, MAX_NAME_SHOWN)
    stem = clean_line(part.removesuffix(ending), MAX_NAME_SHOWN)
    return stem + clean_line(ending, _LONGEST_ENDING)


def is_readable(names: Iterable[str]) -> bool:
    """Whether some of the files may be a source, or a zip of sources, by their names alone."""
    paths = [harmless_path(name) for name in names]
    return any(is_wanted(path) or path.suffix.lower() == _ZIP for path in paths)


def read_uploaded(name: str, files: Sequence[tuple[str, bytes]]) -> Submission:
    """The submission that files are.

    Args:
        name: what the submission is called.
        files: names as they were sent, and contents.

    Raises:
        SubmissionError: it cannot be read; the sentence says what to do.
    """
    sent = [_source(harmless_path(called), content) for called, content in files]
    at = clean_line(str(sent[0].path), MAX_NAME_SHOWN) if sent else ""
    if len(sent) == 1 and sent[0].path.suffix.lower() in SOURCES:
        return from_one_file(name, sent[0])
    notes: list[str] = []
    taken = [file for file in sent if is_wanted(file.path)]
    if not taken:
        taken = _unpacked([file for file in sent if file.path.suffix.lower() == _ZIP], notes)
    return from_files(name, taken, at=at, notes=notes)


def _source(path: PurePosixPath, content: bytes) -> SourceFile:
    def read() -> bytes:
        if len(content) > limit_of(path):
            raise too_large(path)
        return content

    return SourceFile(path, len(content), read)


def _unpacked(zips: Sequence[SourceFile], notes: list[str]) -> list[SourceFile]:
    """What is in zips; of several each is a folder."""
    found: list[SourceFile] = []
    for file in zips:
        at = clean_line(str(file.path), MAX_NAME_SHOWN)
        try:
            members = sources_in_zip(BytesIO(file.read()), at, notes)
        except Unreadable as error:
            raise SubmissionError(str(error), at=at, fix=error.fix) from error
        below = PurePosixPath(file.path.stem) if len(zips) > 1 else PurePosixPath()
        found += [SourceFile(below / one.path, one.size, one.read) for one in members]
    return found
