"""Which of a submission's files is its main file, and which others can it import?"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.intake.source_files import MAX_NAME_SHOWN, SourceFile, Unreadable
from grader.text import clean_line

MAIN = ("submission.py", "submission.ipynb")
_NO_MAIN = re.compile(
    r"(?:test_.*|.*_test|debug_.*|conftest|setup|__init__|__main__)\.py", re.IGNORECASE
)
# "submission (1).py", "Submission.py", "submission-final.py": what browsers and people make of it.
_NEARLY = re.compile(
    r"submission(?:[ _-]*(?:\(\d+\)|v?\d+|copy|kopie|final))*\.(?:py|ipynb)", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
_IMPORTED = re.compile(rb"\b(?:from|import)\s+([^\s.,;()#'\"\\]+)")


def main_file(files: Sequence[SourceFile], at: str) -> tuple[SourceFile, str]:
    """The main file, and a note where it is not called `submission.py`.

    Of the files that are called so, or nearly so, it is the one nearest to the top. Where none is,
    it is the only file at the top.

    Raises:
        SubmissionError: none or several can be meant.
    """
    found = nearly_main(files)
    exact = [file for file in found if file.path.name in MAIN]
    found = exact or found
    if not found:
        candidates = [file for file in files if not _NO_MAIN.fullmatch(file.path.name)]
        found = _not_imported(_nearest(candidates))
        if len(found) != 1:
            raise _no_main(files, at)
    if len(found) > 1:
        first, second = sorted(_quoted(file.path) for file in found)[:2]
        raise SubmissionError(
            f"there are two main files, {first} and {second}", at=at, fix="Hand in one of them."
        )
    main = found[0]
    if main.path.name in MAIN:
        return main, ""
    taken = f"{_quoted(main.path)} was taken for the main file"
    return main, f"{taken}, since nothing is called submission.py."


def nearly_main(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files that are called `submission.py`, or nearly so, and are nearest to the top."""
    return _nearest([file for file in files if _NEARLY.fullmatch(file.path.name)])


def _nearest(files: Sequence[SourceFile]) -> list[SourceFile]:
    top = min((len(file.path.parts) for file in files), default=0)
    return [file for file in files if len(file.path.parts) == top]


def _not_imported(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Those that none of the others names in an import: else it is a module of that one.

    Each is read once: there may be as many as an archive holds.
    """
    importers: dict[bytes, set[int]] = {}
    for number, file in enumerate(files):
        with suppress(Unreadable, OSError):
            for name in set(_IMPORTED.findall(file.read())):
                importers.setdefault(name, set()).add(number)
    return [
        file
        for number, file in enumerate(files)
        if not importers.get(file.path.stem.encode(errors="replace"), set()) - {number}
    ]


def _no_main(files: Iterable[SourceFile], at: str) -> SubmissionError:
    paths = sorted(file.path for file in files)
    held = ", ".join(_quoted(path) for path in paths[:5]) or "no source file"
    return SubmissionError(
        f"there is no submission.py or submission.ipynb; it holds {held}",
        at=at,
        fix="Name the main file submission.py or submission.ipynb.",
    )


def modules_beside(files: Sequence[SourceFile], main: SourceFile) -> dict[str, SourceFile]:
    """What lies beside the main file or below it, by the path that imports follow."""
    folder = main.path.parent
    return {
        file.path.relative_to(folder).as_posix(): file
        for file in files
        if file.path.suffix == ".py" and file is not main and file.path.is_relative_to(folder)
    }


def reachable(main: str, paths: Iterable[str], *, text_of: Callable[[str], str]) -> dict[str, str]:
    """The modules of whose path each part stands as a word in the main file or in one of them.

    Coarse on purpose: nothing is parsed, and no module that is imported by its name is left out.

    Args:
        main: the text of the main file.
        paths: of all modules.
        text_of: reads one of them.
    """
    words = set(_WORD.findall(main))
    found: dict[str, str] = {}
    left = set(paths)
    while new := sorted(path for path in left if _parts(path) <= words):
        for path in new:
            found[path] = text_of(path)
            words.update(_WORD.findall(found[path]))
        left -= set(new)
    return found


def _parts(path: str) -> set[str]:
    return set(PurePosixPath(path.removesuffix("/__init__.py").removesuffix(".py")).parts)


def _quoted(path: PurePosixPath) -> str:
    return clean_line(str(path), MAX_NAME_SHOWN)
