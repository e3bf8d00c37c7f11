"""A suite as it lies in its folder: its tests, what submissions bring, and what a test is worth.

A suite is unchanged code of the course. `suite.yaml` beside it says what cannot be seen:

    title: Basics of language models
    student: [tests/adapters.py, basics]
    points:
      tests/test_model.py::test_linear: 3

Without it, a file `adapters.py` is the student's, and so is every module that the submission has
and the suite lacks; each test is worth one point.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader import strict_yaml
from grader.errors import CourseError
from grader.settings import ASSIGNMENT_FILE, Assignment, LimitSettings, Positive, Stage

SUITE_FILE = "suite.yaml"
_ADAPTERS = "adapters.py"
_TESTS = ("test_*.py", "*_test.py")
_LIMITS = LimitSettings(call_seconds=30, submission_seconds=300, memory_megabytes=2048)
_LEFT_OUT = {".git", ".venv", "venv", "__pycache__", ".pytest_cache", "node_modules"}


class _SuiteFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    title: str = ""
    student: tuple[str, ...] = ()  # files of the suite, or names of packages
    points: dict[str, Positive] = {}
    limits: LimitSettings = _LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One suite."""

    folder: Path
    title: str
    files: tuple[str, ...]  # of the suite that submissions bring, by their paths
    packages: tuple[str, ...]  # that submissions bring; none named: all that the suite lacks
    points: Mapping[str, int]  # by test, or by what stands before it; none: one a test
    limits: LimitSettings
    tests: tuple[str, ...]  # the files of tests, by their paths
    digest: str

    def module_of(self, file: str) -> str:
        """The name under which the suite imports a file: packages above it are part of it."""
        path = self.folder / file
        parts = [path.stem]
        for folder in path.parents:
            if not (folder / "__init__.py").is_file():
                break
            parts.insert(0, folder.name)
        return ".".join(parts)

    def has(self, module: str) -> bool:
        """Whether a module at the top is the suite's own."""
        places = [self.folder, *(self.folder / Path(test).parent for test in self.tests)]
        if (self.folder / "__init__.py").is_file() and module == self.folder.name:
            return True
        return any(
            (place / f"{module}.py").is_file() or (place / module).is_dir() for place in places
        )


def is_suite(folder: Path) -> bool:
    """Whether a folder is a suite and no assignment of the grader's own kind."""
    if (folder / SUITE_FILE).is_file():
        return True
    return not (folder / ASSIGNMENT_FILE).exists() and any(
        _is_tests(folder / path) for path in _sources(folder)
    )


def load_suite(folder: Path) -> Suite:
    """Read a suite.

    Raises:
        CourseError: there are no tests, or `suite.yaml` is wrong.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise CourseError(
            "there is no such folder", at=str(folder), fix="Name the folder of a pytest suite."
        )
    file = folder / SUITE_FILE
    said = strict_yaml.read(file, _SuiteFile) if file.is_file() else _SuiteFile()
    sources = sorted(_sources(folder))
    tests = tuple(path for path in sources if _is_tests(folder / path))
    if not tests:
        raise CourseError(
            "holds no tests",
            at=str(folder),
            fix="Name a folder with files `test_*.py` in it or below it.",
        )
    files = [one for one in said.student if one.endswith(".py")]
    for missing in (one for one in files if one not in sources):
        raise CourseError(
            f"student: there is no file {missing!r} in the suite",
            at=str(file),
            fix="Write the path of a file that students fill in, or the name of a package.",
        )
    if not said.student:
        files = [path for path in sources if Path(path).name == _ADAPTERS]
    return Suite(
        folder=folder,
        title=said.title or folder.name,
        files=tuple(files),
        packages=tuple(one for one in said.student if not one.endswith(".py")),
        points=said.points,
        limits=said.limits,
        tests=tests,
        digest=_digest(folder, sources),
    )


def as_assignment(suite: Suite, points: Mapping[str, int]) -> Assignment:
    """What the rest of the grader knows of a suite: a file of tests is a stage.

    Args:
        points: by file of tests.
    """
    stages = tuple(
        Stage(name=stage_of(test), title=test, points=points.get(test, 0), parameters=())
        for test in suite.tests
    )
    return Assignment(
        name=suite.folder.name,
        folder=suite.folder,
        title=suite.title,
        stages=stages,
        limits=suite.limits,
        digest=suite.digest,
    )


def stage_of(test_file: str) -> str:
    """What a file of tests is called in reports."""
    return test_file.removesuffix(".py").replace("/", ".").removeprefix("tests.")


def _sources(folder: Path, inside: str = "") -> Iterator[str]:
    for path in sorted((folder / inside).iterdir()):
        name = f"{inside}{path.name}"
        if path.is_dir() and path.name not in _LEFT_OUT:
            yield from _sources(folder, f"{name}/")
        elif path.suffix == ".py":
            yield name


def _is_tests(path: Path) -> bool:
    return any(path.match(pattern) for pattern in _TESTS)


def _digest(folder: Path, sources: Sequence[str]) -> str:
    """Of every file but what tools leave behind."""
    digest = hashlib.sha256(repr(list(sources)).encode())
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _LEFT_OUT & set(inside.parts):
            digest.update(f"{inside.as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
