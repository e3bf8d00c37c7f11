"""A small assignment on disk and a warm process: grading with them takes a tenth of a second."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

# Before torch is imported: more threads than cores only get into each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from grader.harness.markers import MARKERS

# Their checks are for submissions that tests write, and are not tests of the project.
collect_ignore = ["basics_solution", "basics_suite", "scaling_assignment", "small_assignment"]

SMALL = Path(__file__).parent / "small_assignment"
COMMAND = (sys.executable, "-c", "import sys; from grader.cli import main; sys.exit(main())")
RIGHT = """
def shift(x):
    return x + 1

def double(x):
    return 2 * x

def both(x):
    return double(shift(x))
"""


def pytest_configure(config):
    """The markers of checks, which `grader.checks` makes when a test imports it."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture
def right():
    """The source of a submission that passes every check of the small assignment."""
    return RIGHT


@pytest.fixture
def with_double():
    """Makes the source of a right submission whose `double` has another body."""

    def source(body):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        return RIGHT.replace("    return 2 * x", lines)

    return source


@pytest.fixture
def small(tmp_path):
    """A copy of the small assignment, to be changed at will."""
    return Path(shutil.copytree(SMALL, tmp_path / "arithmetic"))


@pytest.fixture
def most_bytes():
    """`with most_bytes(n)`: no file can grow beyond n bytes, as on a disk that is full."""

    @contextlib.contextmanager
    def limited(n):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    return limited


@pytest.fixture(scope="session")
def grader_command():
    """The command `grader` as the beginning of an argument list, and its environment."""
    return COMMAND, os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}


@pytest.fixture(scope="session")
def grader(grader_command):
    """Runs `grader` with some words in a process of its own."""
    command, environment = grader_command

    def run(*words, **options):
        return subprocess.run(
            [*command, *map(str, words)],
            env=environment | options.pop("env", {}),
            capture_output=True,
            text=True,
            timeout=300,
            **options,
        )

    return run


@pytest.fixture(scope="session")
def sandbox():
    """A warm process for NumPy submissions."""
    from grader.sandbox.warm import WarmSandbox

    made = WarmSandbox(("numpy",))
    yield made
    made.close()


@pytest.fixture
def grade_source(small, sandbox):
    """Grades a source, by default with hidden checks, on the small assignment as it is then."""
    from grader.harness.grading import grade
    from grader.records import Submission
    from grader.settings import load_assignment

    def graded(source, *, modules=None, cells=None, with_hidden=True, secret="s", folder=small):
        submission = Submission(
            name="ada",
            cells=tuple(cells or [("submission.py", source)]),
            modules=modules or {},
            digest="",
        )
        reports = []
        grade(
            [submission],
            assignment=load_assignment(folder),
            sandbox=sandbox,
            with_hidden=with_hidden,
            secret=secret,
            emit=reports.append,
        )
        return reports[0]

    return graded
