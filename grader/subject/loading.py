"""The subject of an assignment: a named one, or the files in its own folder; or none at all."""

import importlib
import importlib.machinery
import importlib.util
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.errors import CourseError
from grader.settings import ASSIGNMENT_FILE, Assignment
from grader.subject.arrival import check_subject
from grader.subject.misconception import Equivalent, Misconception, noted
from grader.subject.recorded_subject import recorded_subject
from grader.subject.subject import AddedMistakes, Subject, parameters
from grader.subject_sources import OWN_FILES, is_own, is_recorded, where

_OWN_PACKAGE = "assignment_subject"  # of the files beside `assignment.yaml`
_MEANT_THE_FILE = (
    "The file beside it is `.reference`, with a point in front: write `from .reference import ...`."
)


def subject_of(assignment: Assignment) -> Subject | None:
    """What is known about an assignment, or None: then nothing is said but what its checks say.

    Raises:
        CourseError: the named subject is not there, or what is there does not fit.
    """
    stages = {stage.name: stage.parameters for stage in assignment.stages}
    if is_recorded(assignment.folder):
        return recorded_subject(assignment.folder).about(stages)
    if is_own(assignment.folder):
        if not assignment.subject:
            return _own(assignment.folder, stages)
        return _with_own_mistakes(_named(assignment), assignment).about(stages)
    return _named(assignment).about(stages) if assignment.subject else None


def _named(assignment: Assignment) -> Subject:
    return named_subject(assignment.subject, at=str(assignment.folder / ASSIGNMENT_FILE))


@cache
def named_subject(name: str, *, at: str) -> Subject:
    """The subject of this name, checked.

    Args:
        at: the file that names it.

    Raises:
        CourseError: there is none, or it is not what a subject must be.
    """
    module, _, attribute = where(name, at=at).partition(":")
    try:
        subject = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise CourseError(
            f"the subject {name!r} cannot be loaded: {error}",
            at=at,
            fix=f"It must be the value {attribute} of the module {module}.",
        ) from error
    check_subject(subject, at=module)
    checked: Subject = subject
    return checked


def _own(folder: Path, stages: Mapping[str, tuple[str, ...]]) -> Subject:
    """The subject of `reference.py` and `misconceptions.py` beside `assignment.yaml`."""
    for name in OWN_FILES:
        if not (folder / name).is_file():
            other = next(n for n in OWN_FILES if n != name)
            raise CourseError(
                f"there is {other}, and no {name}",
                at=str(folder),
                fix=f"Write {name}: reference.py has the right functions under the names of their "
                "stages, misconceptions.py the wrong ones.",
            )
    _make_package(folder)
    right = _module(folder / OWN_FILES[0])
    functions = _functions(right, stages, at=str(folder / OWN_FILES[0]))
    wrong = _module(folder / OWN_FILES[1])
    entries = tuple(noted([right, wrong]))
    subject = Subject(
        name=folder.name,
        package=right.__package__ or "",
        folder=folder,
        functions=functions,
        misconceptions=tuple(e for e in entries if isinstance(e, Misconception)),
        equivalents=tuple(e for e in entries if isinstance(e, Equivalent)),
        framework=getattr(right, "FRAMEWORK", "torch" if hasattr(right, "torch") else "numpy"),
    )
    check_subject(subject, at=str(folder / OWN_FILES[1]))
    return subject


def _with_own_mistakes(subject: Subject, assignment: Assignment) -> Subject:
    """A named subject, and what `misconceptions.py` beside `assignment.yaml` adds to it."""
    folder = assignment.folder
    if (folder / OWN_FILES[0]).is_file():
        raise CourseError(
            f"it names the subject {assignment.subject!r}, and holds {OWN_FILES[0]} of its own",
            at=str(folder / ASSIGNMENT_FILE),
            fix="Take out `subject`, or the file.",
        )
    _make_package(folder)
    entries = tuple(noted([_module(folder / OWN_FILES[1])]))
    wrong = tuple(e for e in entries if isinstance(e, Misconception))
    other = tuple(e for e in entries if isinstance(e, Equivalent))
    both = replace(
        subject,
        misconceptions=(*subject.misconceptions, *wrong),
        equivalents=(*subject.equivalents, *other),
        added=AddedMistakes(package=_OWN_PACKAGE, file=folder / OWN_FILES[1]),
    )
    check_subject(both, at=str(folder / OWN_FILES[1]))
    return both


def _functions(
    module: ModuleType, stages: Mapping[str, tuple[str, ...]], *, at: str
) -> dict[str, Any]:
    functions = {name: getattr(module, name) for name in stages if hasattr(module, name)}
    if not functions:
        raise CourseError(
            "no function has the name of a stage",
            at=at,
            fix=f"Write the right function of each stage: {', '.join(stages)}.",
        )
    for name, function in functions.items():
        if not callable(function) or parameters(function) != stages[name]:
            raise CourseError(
                f"{name} is not a function of {', '.join(stages[name])}",
                at=at,
                fix=f"Give it the parameters that {ASSIGNMENT_FILE} lists.",
            )
    return functions


def _make_package(folder: Path) -> None:
    """Both files are modules of a package that has its name for itself."""
    for name in [n for n in sys.modules if n.partition(".")[0] == _OWN_PACKAGE]:
        del sys.modules[name]  # of another folder
    package = ModuleType(_OWN_PACKAGE)
    package.__path__ = [str(folder)]
    sys.modules[_OWN_PACKAGE] = package


def _names_our_package(path: Path) -> bool:
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.search(r"^\s*(from|import) reference\b", text, re.MULTILINE) is not None


def _module(path: Path) -> ModuleType:
    try:
        return importlib.import_module(f"{_OWN_PACKAGE}.{path.stem}")
    except Exception as error:  # whatever the author's file raises is the author's to mend
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        line = getattr(error, "lineno", None) or (frames[-1].lineno if frames else None)
        raise CourseError(
            f"it cannot be imported: {type(error).__name__}: {error}",
            at=f"{path}, line {line}" if line else str(path),
            fix=_MEANT_THE_FILE if _names_our_package(path) else "Mend the file.",
        ) from error
