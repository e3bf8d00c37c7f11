"""One run of a suite by pytest, in a process of its own: what the suite does to it, ends with it.

The process is forked from one that has imported pytest and the packages that suites need, which
takes milliseconds where starting anew takes seconds.
"""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NoReturn, Protocol

import msgspec
import pytest

from grader.errors import GraderFault
from grader.suites.module_finder import AnyModule, SubmittedModules
from grader.suites.outcomes import OutcomePlugin, PytestEnded, SuiteOutcome, outcome_of
from grader.suites.student_objects import Connection
from grader.suites.suite import Suite

_SETTINGS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_READ = 1 << 16


class RunConnection(Connection, Protocol):
    """The process of a submission, for one run."""

    def take_output(self) -> str:
        """What the submission printed since the last time."""

    def close(self) -> None:
        """End it."""


Connect = Callable[[Path], RunConnection]  # told the folder for temporary files


def run_apart(
    suite: Suite,
    names: Collection[str],
    connect: Connect,
    *,
    scratch: Path,
    seconds: float,
    collect: bool = False,
) -> SuiteOutcome:
    """What comes of each test.

    Args:
        names: the modules that come from the submission.
        connect: opens its process, in the process of this run.
        scratch: a folder for temporary files of the run.
        seconds: wall clock for the whole suite.
        collect: only find the tests, and run none.

    Raises:
        GraderFault: the run ended without saying anything, and not by its time.
    """
    ours, theirs = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _run_here(suite, names, connect, scratch=scratch, answer=theirs, collect=collect)
    os.close(theirs)
    deadline = time.monotonic() + seconds
    try:
        said = _read(ours, deadline)
    finally:
        os.close(ours)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    is_late = time.monotonic() > deadline
    late = f"The tests did not end within {seconds:g} s."
    died = f"The process of the tests ended (exit code {code})."
    try:
        outcome = outcome_of(said.split(b"\n")[:-1], why_late=late if is_late else died)
    except msgspec.DecodeError as error:
        raise _said_nothing(suite, code) from error
    if outcome is None:
        raise _said_nothing(suite, code)
    return outcome


def _said_nothing(suite: Suite, code: int) -> GraderFault:
    return GraderFault(
        f"the run of the suite ended (exit code {code}) and did not say which tests there are",
        at=str(suite.folder),
        fix="Run the suite with pytest alone; it must not end its own process.",
    )


def _read(descriptor: int, deadline: float) -> bytes:
    """All that is written until then."""
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(descriptor, _READ) if ready else b""
        if not part:
            return b"".join(parts)
        parts.append(part)


def _run_here(
    suite: Suite,
    names: Collection[str],
    connect: Connect,
    *,
    scratch: Path,
    answer: int,
    collect: bool,
) -> NoReturn:
    """In the forked process: run pytest, write what came of it, and end."""
    code = 1
    try:
        os.setsid()
        _quiet(scratch / "output.txt")
        with os.fdopen(answer, "wb", buffering=0) as file:
            tell = lambda line: file.write(line + b"\n")  # noqa: E731
            _run(suite, names, connect, scratch=scratch, tell=tell, collect=collect)
        code = 0
    finally:
        sys.stdout.flush()
        os._exit(code)


def _quiet(path: Path) -> None:
    """What suite and pytest print goes to a file; nothing can be typed."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(said, 1)
    os.dup2(said, 2)


def _run(
    suite: Suite,
    names: Collection[str],
    connect: Connect,
    *,
    scratch: Path,
    tell: Callable[[bytes], object],
    collect: bool,
) -> None:
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.chdir(suite.folder)
    temporary = scratch / "tmp"
    temporary.mkdir()
    connection = connect(temporary)
    plugin = OutcomePlugin(tell, connection.take_output)
    submitted = SubmittedModules(connection, names)
    sys.meta_path.insert(0, submitted)
    if collect and not suite.packages:
        sys.meta_path.append(AnyModule(submitted, suite.folder))
    sys.dont_write_bytecode = True
    words = [*_words(suite, temporary / "pytest"), *(["--collect-only"] if collect else [])]
    try:
        ended = pytest.main(words, plugins=[plugin])
    finally:
        connection.close()
    odd = ended in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR)
    plugin.tell(PytestEnded(why=f"pytest ended with the code {int(ended)}." if odd else ""))


def _words(suite: Suite, temporary: Path) -> list[str]:
    own = [name for name in _SETTINGS if (suite.folder / name).is_file()]
    settings = [] if own else ["-c", os.devnull]
    return [
        str(suite.folder),
        *settings,
        *("--rootdir", str(suite.folder), "--basetemp", str(temporary)),
        *("-p", "no:cacheprovider", "--capture=sys", "-q"),
    ]
