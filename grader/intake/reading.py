"""One submission as text, from a file, a folder, a notebook or a zip of one of these."""

import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from grader.errors import SubmissionError
from grader.intake.archive import MAX_FILE_BYTES, MAX_NAME_SHOWN, MAX_TOTAL_BYTES, files_in_zip
from grader.records import Submission
from grader.text import clean_line

SOURCES = (".py", ".ipynb")
MAIN = ("submission.py", "submission.ipynb")
MAX_DEPTH = 20  # folders in one another
_MAX_PATH = 4096
_IGNORED = {"__pycache__", "venv", "node_modules"}
_IGNORED |= {"__MACOSX", "Icon\r", "Thumbs.db", "desktop.ini"}  # what systems add to folders


def read(path: Path, name: str | None = None) -> Submission:
    """Read one submission.

    Args:
        path: a .py file, a .ipynb notebook, a .zip, or a folder.
        name: what the submission is called, as `entries` names it; by default the name of the file
            without its ending, or of the folder.

    Raises:
        SubmissionError: it cannot be read; the sentence says what to do.
    """
    if not os.path.lexists(path):
        raise SubmissionError(
            "there is no such file or folder",
            at=_shown(path),
            fix="Name a submission.py, a submission.ipynb, a zip, or a folder.",
        )
    path = Path(os.path.abspath(path))  # "." has no name
    name, suffix = name or _shown(_stem(path)), path.suffix.lower()
    at = _shown(path.name)
    try:
        if path.is_dir() and not path.is_symlink():
            return _from_files(name, _files_in_folder(path), at)
        if suffix == ".zip":
            return _from_files(name, files_in_zip(_bytes(path), at, SOURCES), at)
        if suffix in SOURCES or path.is_dir():
            return _submission(name, at, _bytes(path), {})
    except OSError as error:
        raise SubmissionError(
            f"cannot be read ({error.strerror})",
            at=_shown(path),
            fix="Check the path and its rights.",
        ) from error
    raise SubmissionError(
        f"a {_shown(path.suffix) or 'file without an ending'} cannot be graded",
        at=at,
        fix="Hand in submission.py, submission.ipynb, a folder with one of them, or a zip of it.",
    )


def entries(folder: Path, *, without: Path | None = None) -> dict[str, Path]:
    """The entries of a class folder by submission name, one a student, sorted.

    A name holds no character that acts on a terminal, a spreadsheet or an eye.

    Args:
        without: a folder that may lie among them and is no submission: that of the results.

    Raises:
        SubmissionError: there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise SubmissionError(
            "there is no such folder",
            at=_shown(folder),
            fix="Name the folder with the submissions.",
        )
    other = os.path.realpath(without) if without else None
    there = [path for path in folder.iterdir() if not _is_ignored(path.name)]
    paths = sorted(path for path in there if os.path.realpath(path) != other)
    if not paths:
        raise SubmissionError(
            "the folder holds no submissions",
            at=_shown(folder),
            fix="Put one file, folder, notebook or zip a student into it.",
        )
    # "ada.py" must not hide "ada.zip", nor either of them a third that is called "ada.py.zip".
    taken = Counter(name for path in paths for name in {path.name, _stem(path)})
    names = [path.name if taken[_stem(path)] > 1 else _stem(path) for path in paths]
    return dict(zip(_harmless(names), paths, strict=True))


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _shown(name: str | Path) -> str:
    """A name or a path as it can be shown, also where it is not UTF-8."""
    return clean_line(str(name), _MAX_PATH)


def _harmless(names: list[str]) -> list[str]:
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


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED


def _bytes(path: Path) -> bytes:
    """A regular file's content; anything else, such as a link or a pipe, is refused."""
    if path.is_symlink() or not path.is_file():
        raise SubmissionError(
            "is not a regular file", at=_shown(path.name), fix="Hand in the file itself."
        )
    limit = MAX_TOTAL_BYTES if path.suffix == ".zip" else MAX_FILE_BYTES
    if path.stat().st_size > limit:
        raise SubmissionError(
            f"is larger than {limit >> 20} MB",
            at=_shown(path.name),
            fix="Hand in source code only; clear the outputs of a notebook.",
        )
    return path.read_bytes()


def _files_in_folder(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for path in _walk(folder, _shown(folder.name)):
        data = files[_utf8(path.relative_to(folder).as_posix())] = _bytes(path)
        total += len(data)
        if total > MAX_TOTAL_BYTES:
            raise SubmissionError(
                f"holds more than {MAX_TOTAL_BYTES >> 20} MB of source",
                at=_shown(folder),
                fix="Hand in the modules that submission.py needs, and no others.",
            )
    return files


def _utf8(name: str) -> str:
    """A module's path: unlike what is shown, it must stay what the student imports."""
    return name.encode("utf-8", errors="backslashreplace").decode()


def _walk(folder: Path, at: str, depth: int = 0) -> Iterator[Path]:
    if depth > MAX_DEPTH:
        raise _too_deep(at)
    for path in sorted(folder.iterdir()):
        if _is_ignored(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, at, depth + 1)
        elif path.suffix in SOURCES:
            yield path


def _too_deep(at: str) -> SubmissionError:
    return SubmissionError(
        f"holds folders in folders, more than {MAX_DEPTH} levels deep",
        at=at,
        fix="Hand in the folder that holds submission.py, and no others.",
    )


def _from_files(name: str, files: Mapping[str, bytes], at: str) -> Submission:
    """The submission among the files: its main file is the one nearest to the top."""
    paths = {PurePosixPath(file): data for file, data in files.items()}
    paths = {p: data for p, data in paths.items() if not any(map(_is_ignored, p.parts))}
    if any(len(path.parts) > MAX_DEPTH + 1 for path in paths):
        raise _too_deep(at)
    mains = sorted((len(path.parts), path) for path in paths if path.name in MAIN)
    if not mains:
        held = ", ".join(_quoted(path) for path in sorted(paths)[:5]) or "no source file"
        raise SubmissionError(
            f"there is no submission.py or submission.ipynb; it holds {held}",
            at=at,
            fix="Name the main file submission.py or submission.ipynb.",
        )
    if len(mains) > 1 and mains[0][0] == mains[1][0]:
        raise SubmissionError(
            f"there are two main files, {_quoted(mains[0][1])} and {_quoted(mains[1][1])}",
            at=at,
            fix="Hand in one of them.",
        )
    main = mains[0][1]
    modules = {
        path.relative_to(main.parent).as_posix(): data
        for path, data in paths.items()
        if path.suffix == ".py" and path != main and path.is_relative_to(main.parent)
    }
    return _submission(name, main.name, paths[main], modules)


def _quoted(path: PurePosixPath) -> str:
    return clean_line(str(path), MAX_NAME_SHOWN)


def _submission(name: str, main: str, data: bytes, modules: Mapping[str, bytes]) -> Submission:
    text = _text(data, main)
    cells = [(main, text)]
    if main.lower().endswith(".ipynb"):
        from grader.intake.notebook import code_cells  # nbformat takes a tenth of a second

        cells = code_cells(text, main)
    others = {path: _text(source, path) for path, source in sorted(modules.items())}
    digest = hashlib.sha256()
    for label, source in [*cells, *others.items()]:
        digest.update(f"{label}\0{len(source)}\0{source}".encode())
    return Submission(name=name, cells=tuple(cells), modules=others, digest=digest.hexdigest())


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SubmissionError(
            "is not UTF-8 text", at=_shown(name), fix="Save it as UTF-8."
        ) from error
