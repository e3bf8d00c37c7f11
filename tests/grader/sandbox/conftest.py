"""Every level that this machine can make, each with a warm process of its own."""

import os
import sys
import time
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.sandbox import levels
from grader.sandbox.contract import Code, Limits, NoAnswer, StudentCall
from grader.sandbox.warm import WarmSandbox

PLANS = {
    "full": levels.FULL,
    "hidden": levels.HIDDEN,
    "confined": levels.CONFINED,
    "sealed": levels.SEALED,
    "partial": levels.PARTIAL,
    "none": levels.NONE,
}
LIMITS = Limits(
    call_seconds=5,
    load_seconds=20,
    submission_seconds=20,
    memory_megabytes=512,
    output_kilobytes=16,
)


@pytest.fixture(scope="session", params=PLANS)
def sandbox(request):
    """A sandbox that reaches exactly this level, if the machine does."""
    made = WarmSandbox(("numpy", "torch"), plans=(PLANS[request.param],))
    try:
        made.prove()
    except GraderFault as fault:
        made.close()
        pytest.skip(f"this machine does not reach it: {fault.problem}")
    yield made
    made.close()


@pytest.fixture
def opened(sandbox):
    """Open a submission; it is closed at the end of the test."""
    sessions = []

    def open_source(source, **modules):
        code = Code(main="submission", cells=(("submission.py", source),), modules=modules)
        sessions.append(sandbox.open(code, LIMITS))
        return sessions[-1]

    yield open_source
    for session in sessions:
        session.close()


@pytest.fixture
def call(opened):
    """Call `f` of a submission with arguments and give its value."""

    def call_source(source, *arguments, seconds=5.0, answer=no_answer):
        return (
            opened(source).call(StudentCall("f", arguments), seconds=seconds, answer=answer).value
        )

    return call_source


def no_answer(name, arguments):
    raise NoAnswer


def descendants(of=None):
    """The processes below one of ours, by number."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if after_name[0] != "Z":
                parents[int(entry.name)] = int(after_name[1])
    found, new = set(), {of or os.getpid()}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return found


def eventually(claim, seconds=3.0):
    """Whether the claim becomes true in time."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def python_is_open_to_all():
    """Whether the child's own user may read Python where it lies."""
    folders = [Path(sys.base_prefix).resolve(), *Path(sys.base_prefix).resolve().parents]
    return all(folder.stat().st_mode & 0o001 for folder in folders)
