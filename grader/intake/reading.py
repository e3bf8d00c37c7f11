"""One submission as text, from a file, a folder, a notebook or a zip of one of these."""

import functools
import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.errors import NoSuchSubmission, SubmissionError
from grader.intake.archive import sources_in_zip
from grader.intake.encoding import text_of
from grader.intake.folder import files_in_folder, read_file
from grader.intake.main_file import main_file, modules_beside, reachable
from grader.intake.notebook import code_cells
from grader.intake.source_files import (
    MAX_NAME_SHOWN,
    MAX_SOURCE_BYTES,
    SOURCES,
    SourceFile,
    Unreadable,
    is_ignored,
)
from grader.records import Submission
from grader.regular_files import NotRegular, opened
from grader.text import clean_line

_MAX_PATH = 4096


def read(path: Path, name: str | None = None, *, as_package: bool = False) -> Submission:
    """Read one submission.

    Args:
        path: a .py file, a .ipynb notebook, a .zip, or a folder.
        name: what the submission is called, as `entries` names it; by default the name of the file
            without its ending, or of the folder.
        as_package: all of it is modules, and none is the main file.

    Raises:
        NoSuchSubmission: there is nothing at the path.
        SubmissionError: it cannot be read; the sentence says what to do.
    """
    if not os.path.lexists(path):
        raise NoSuchSubmission(
            "there is no such file or folder",
            at=_shown(path),
            fix="Name a submission.py, a submission.ipynb, a zip, or a folder.",
        )
    path = Path(os.path.abspath(path))  # "." has no name
    name, suffix = name or _shown(_stem(path)), path.suffix.lower()
    at = _shown(path.name)
    try:
        if path.is_dir() and not path.is_symlink():
            return from_files(name, files_in_folder(path), at=at, as_package=as_package)
        if suffix == ".zip":
            return _from_zip(name, path, at, as_package=as_package)
        if suffix in SOURCES or path.is_dir():
            read_it = functools.partial(read_file, path)
            main = SourceFile(PurePosixPath(at), path.lstat().st_size, read_it)
            if as_package:
                return from_files(name, [main], at=at, as_package=True)
            return from_one_file(name, main)
    except OSError as error:
        raise _unreadable(path, error) from error
    raise SubmissionError(
        f"a {_shown(path.suffix) or 'file without an ending'} cannot be graded",
        at=at,
        fix="Hand in submission.py, submission.ipynb, a folder with one of them, or a zip of it.",
    )


def entries(folder: Path) -> dict[str, Path]:
    """The entries of a class folder by submission name, one a student, sorted.

    A name holds no character that acts on a terminal, a spreadsheet or an eye.

    Raises:
        NoSuchSubmission: there is no such folder.
        SubmissionError: there is nothing in it, or it cannot be listed.
    """
    if not folder.is_dir():
        raise NoSuchSubmission(
            "is a file, not a folder of submissions"
            if folder.is_file()
            else "there is no such folder",
            at=_shown(folder),
            fix="Name the folder with the submissions.",
        )
    try:
        paths = sorted(path for path in folder.iterdir() if not is_ignored(path.name))
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not paths:
        raise SubmissionError(
            "the folder holds no submissions",
            at=_shown(folder),
            fix="Put one file, folder, notebook or zip a student into it.",
        )
    # "ada.py" must not hide "ada.zip", nor either of them a third that is called "ada.py.zip".
    taken = Counter(name for path in paths for name in {path.name, _stem(path)})
    names = [path.name if taken[_stem(path)] > 1 else _stem(path) for path in paths]
    return dict(zip(harmless(names), paths, strict=True))


def _unreadable(path: Path, error: OSError) -> SubmissionError:
    why = f"cannot be read ({error.strerror})"
    return SubmissionError(why, at=_shown(path), fix="Check the path and its rights.")


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _shown(name: str | Path) -> str:
    """A name or a path as it can be shown, also where it is not UTF-8."""
    return clean_line(str(name), _MAX_PATH)


def harmless(names: list[str]) -> list[str]:
    """Different names as they can be shown, and still different: those that can be shown stay."""
    taken = {name for name in names if _shown(name) == name}
    made = []
    for name in names:
        shown = unique = _shown(name)
        if shown != name:
            numbered = (f"{shown}-{number}" for number in itertools.count(2))
            unique = next(one for one in itertools.chain([shown], numbered) if one not in taken)
            taken.add(unique)
        made.append(unique)
    return made


def _from_zip(name: str, path: Path, at: str, *, as_package: bool) -> Submission:
    try:
        with opened(path) as file:
            notes: list[str] = []
            sources = sources_in_zip(file, at, notes)
            return from_files(name, sources, at=at, notes=notes, as_package=as_package)
    except NotRegular as error:
        raise SubmissionError(str(error), at=at, fix="Hand in the file itself.") from error


def from_files(
    name: str,
    files: Sequence[SourceFile],
    *,
    at: str,
    notes: Sequence[str] = (),
    as_package: bool = False,
) -> Submission:
    """One submission of the files that were handed in together.

    Args:
        name: what the submission is called.
        at: what errors call the files together.
        notes: what a person should know of how they were found.
        as_package: all of them are modules, and none is the main file.

    Raises:
        SubmissionError: none of them or several can be the main file, or it cannot be read.
    """
    if as_package:
        return _package(name, files, at=at, notes=list(notes))
    main, note = main_file(files, at)
    told = [*([note] if note else []), *notes]
    return _submission(name, main, modules_beside(files, main), told)


def from_one_file(name: str, file: SourceFile) -> Submission:
    """One submission of a file that is a source, whatever it is called.

    Raises:
        SubmissionError: it cannot be read.
    """
    return _submission(name, file, {}, [])


def _package(name: str, files: Sequence[SourceFile], *, at: str, notes: list[str]) -> Submission:
    """All modules by their paths."""
    modules = {file.path.as_posix(): file for file in files if file.path.suffix == ".py"}
    if not modules:
        raise SubmissionError("there is no file with Python", at=at, fix="Hand in your modules.")
    texts = _ModuleTexts(modules, notes, 0)
    sources = {path: texts.of(path) for path in sorted(modules)}
    digest = _digest(sources.items())
    return Submission(name=name, cells=(), modules=sources, digest=digest, notes=tuple(notes))


def _digest(sources: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for label, source in sources:
        digest.update(f"{label}\0{len(source)}\0{source}".encode())
    return digest.hexdigest()


def _submission(
    name: str, main: SourceFile, modules: Mapping[str, SourceFile], notes: list[str]
) -> Submission:
    cells = _cells(main, notes)
    texts = _ModuleTexts(modules, notes, sum(len(source.encode()) for _, source in cells))
    if sum(file.size for file in modules.values()) <= MAX_SOURCE_BYTES:
        others = {path: texts.of(path) for path in sorted(modules)}
    else:
        others = reachable("\n".join(source for _, source in cells), modules, text_of=texts.of)
        left = len(modules) - len(others)
        notes.append(f"{left} files beside {main.path.name} were not read: nothing names them.")
    return Submission(
        name=name,
        cells=tuple(cells),
        modules=others,
        digest=_digest([*cells, *sorted(others.items())]),
        notes=tuple(notes),
    )


def _cells(main: SourceFile, notes: list[str]) -> list[tuple[str, str]]:
    at = _shown(main.path.name)
    try:
        text, note = text_of(main.read())
    except Unreadable as error:
        raise SubmissionError(str(error), at=at, fix=error.fix) from error
    if note:
        notes.append(f"{at} {note}.")
    cells = code_cells(text, at) if main.path.suffix.lower() == ".ipynb" else [(at, text)]
    if sum(len(source.encode()) for _, source in cells) > MAX_SOURCE_BYTES:
        raise _too_much(at)
    return cells


class _ModuleTexts:
    """Reads modules. What cannot be read matters only if it is imported, and then raises."""

    def __init__(self, files: Mapping[str, SourceFile], notes: list[str], used: int) -> None:
        self._files = files
        self._notes = notes
        self._bytes = used

    def of(self, path: str) -> str:
        shown = clean_line(path, MAX_NAME_SHOWN)
        try:
            text, note = text_of(self._files[path].read())
            if note:
                self._notes.append(f"{shown} {note}.")
        except Unreadable as error:
            self._notes.append(f"{shown} {error}, and matters only if it is imported.")
            text = f"raise SyntaxError({f'{shown} {error}'!r})\n"
        self._bytes += len(path.encode()) + len(text.encode())
        if self._bytes > MAX_SOURCE_BYTES:
            raise _too_much(shown)
        return text


def _too_much(at: str) -> SubmissionError:
    return SubmissionError(
        f"with it, the source is larger than {MAX_SOURCE_BYTES >> 20} MB",
        at=at,
        fix="Hand in the modules that submission.py needs, and no data in them.",
    )
