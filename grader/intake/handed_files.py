"""The files of one attempt, put together as the student had them, and read as one submission.

A zip that was handed in is opened where no source lies beside it. Of two files that the student
gave one name, the later one is taken, and both are named.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.intake.archive import sources_in_zip
from grader.intake.download import Download
from grader.intake.layouts.contract import HandedFile, HandIn
from grader.intake.main_file import nearly_main
from grader.intake.reading import from_files
from grader.intake.source_files import MAX_NAME_SHOWN, SourceFile, Unreadable, is_wanted
from grader.records import Submission
from grader.text import clean_line

_ZIP = ".zip"
_TYPED = re.compile(r"(?:text|link)(?:-[\w-]+)?\.html|onlinetext")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFiles:
    """The files of an attempt by their roles."""

    taken: tuple[SourceFile, ...]  # sources, or the zips in which they are
    left_out: tuple[str, ...]  # their names
    notes: tuple[str, ...]


def attempt_files(download: Download, hand_in: HandIn) -> AttemptFiles:
    """The files, as far as their names say what they are; nothing is read.

    Raises:
        OSError: a folder cannot be listed.
    """
    found: dict[PurePosixPath, list[tuple[int, bool, str, SourceFile]]] = defaultdict(list)
    for handed in hand_in.files:
        for shown, file in _files(download, handed):
            found[file.path].append((handed.order, not handed.spelled, shown, file))
    notes: list[str] = list(hand_in.notes)
    files = []
    for several in found.values():
        *before, last = sorted(several, key=lambda one: one[:2])
        files.append(last[3])
        if not before and not last[1] and is_wanted(last[3].path):
            notes.append(f"{last[2]} was taken as {_shown(last[3].path)}.")
        if before:
            names = " and ".join(one[2] for one in (*before, last))
            notes.append(f"{names} are two of one name; {last[2]} was taken, the later one.")
    taken = [file for file in files if is_wanted(file.path)]
    zips = [file for file in files if file.path.suffix.lower() == _ZIP]
    notes += _told_twice(taken)
    if taken and zips:
        notes.append(f"{_named(zips)} was left out, since sources lie beside it.")
    taken = taken or zips
    left = sorted(_shown(file.path) for file in files if file not in taken)
    return AttemptFiles(taken=tuple(taken), left_out=tuple(left), notes=tuple(notes))


def read_attempt(
    download: Download, hand_in: HandIn, name: str, *, as_package: bool = False
) -> Submission:
    """The submission that an attempt is; see `grader.intake.reading.read`.

    Raises:
        SubmissionError: it cannot be read; the sentence says what to do.
    """
    at = clean_line(" ".join(handed.item.name for handed in hand_in.files[:1]), MAX_NAME_SHOWN)
    try:
        found = attempt_files(download, hand_in)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
        raise SubmissionError(why, at=at, fix="Check the path and its rights.") from error
    if not found.taken:
        raise _nothing(found.left_out, at)
    notes = list(found.notes)
    sources = list(_unpacked(found.taken, notes))
    return replace(
        from_files(name, sources, at=at, notes=notes, as_package=as_package),
        handed_in_at=hand_in.handed_in_at,
        marked_late=hand_in.marked_late,
    )


def _files(download: Download, handed: HandedFile) -> Iterator[tuple[str, SourceFile]]:
    """Each with its name in the download, and the path that it has for the student."""
    for file in download.files(handed.item):
        if handed.item.is_folder:
            path = handed.called / file.path
            yield _shown(PurePosixPath(handed.item.name) / file.path), replace(file, path=path)
        else:
            path = handed.called if handed.called.name else file.path
            yield _shown(PurePosixPath(handed.spelled or path)), replace(file, path=path)


def _told_twice(sources: Sequence[SourceFile]) -> Iterator[str]:
    """Of several files that could be the main one: all, and which is taken by its plain name."""
    main = nearly_main(sources)
    exact = [file for file in main if file.path.stem == "submission"]
    if len(main) > 1 and len(exact) == 1:
        others = sorted(_shown(file.path) for file in main if file is not exact[0])
        yield f"{_shown(exact[0].path)} was taken, and {', '.join(others)} was not."


def _unpacked(taken: Sequence[SourceFile], notes: list[str]) -> Iterator[SourceFile]:
    """Sources as they are, and those in zips; of several zips each is a folder."""
    for file in taken:
        if file.path.suffix.lower() != _ZIP:
            yield file
            continue
        at = _shown(file.path)
        try:
            data = file.read()
        except Unreadable as error:
            raise SubmissionError(str(error), at=at, fix=error.fix) from error
        below = PurePosixPath(file.path.stem) if len(taken) > 1 else PurePosixPath()
        for inner in sources_in_zip(BytesIO(data), at, notes):
            yield replace(inner, path=below / inner.path)


def _nothing(left_out: Sequence[str], at: str) -> SubmissionError:
    shown = ", ".join(left_out[:5])
    if not left_out:
        problem = "no file was handed in"
    elif all(_TYPED.fullmatch(name.partition("/")[0]) for name in left_out):
        problem = f"no file was handed in, but something typed into the form ({shown})"
    else:
        problem = f"there is no source file; there is {shown}"
    return SubmissionError(problem, at=at, fix="Ask for submission.py or submission.ipynb.")


def _named(files: Sequence[SourceFile]) -> str:
    return " and ".join(sorted(_shown(file.path) for file in files))


def _shown(path: PurePosixPath) -> str:
    return clean_line(str(path), MAX_NAME_SHOWN)
