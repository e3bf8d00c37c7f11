"""What the conformance tests run in: limits, fixtures, and a look at /proc."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, Protocol

import pytest

from grader.sandbox.contract import (
    Answerer,
    Code,
    Limits,
    NoAnswer,
    Sandbox,
    StudentCall,
    StudentSession,
)

LIMITS = Limits(
    call_seconds=5,
    load_seconds=20,
    submission_seconds=20,
    memory_megabytes=512,
    output_kilobytes=16,
)


class OpenSource(Protocol):
    """Opens a submission that is given as its source."""

    def __call__(self, source: str, **modules: str) -> StudentSession: ...


class CallSource(Protocol):
    """Calls `f` of a submission and gives its value."""

    def __call__(
        self, source: str, *arguments: Any, seconds: float = 5.0, answer: Answerer = ...
    ) -> Any: ...


def no_answer(name: str, arguments: list[Any]) -> NoReturn:
    """Answers nothing that a submission asks for."""
    raise NoAnswer


@pytest.fixture
def opened(sandbox: Sandbox) -> Iterator[OpenSource]:
    """Open a submission; it is closed at the end of the test."""
    sessions: list[StudentSession] = []

    def open_source(source: str, **modules: str) -> StudentSession:
        code = Code(main="submission", cells=(("submission.py", source),), modules=modules)
        sessions.append(sandbox.open(code, LIMITS))
        return sessions[-1]

    yield open_source
    for session in sessions:
        session.close()


@pytest.fixture
def call(opened: OpenSource) -> CallSource:
    """Call `f` of a submission with arguments and give its value."""

    def call_source(
        source: str, *arguments: Any, seconds: float = 5.0, answer: Answerer = no_answer
    ) -> Any:
        asked = StudentCall("f", arguments)
        return opened(source).call(asked, seconds=seconds, answer=answer).value

    return call_source


def within(
    seconds: float,
    action: Callable[[], object],
    expected: type[Exception] | tuple[type[Exception], ...],
) -> Exception:
    """The action fails in the expected way, and in time."""
    begin = time.monotonic()
    with pytest.raises(expected) as caught:
        action()
    assert time.monotonic() - begin < seconds
    return caught.value


def descendants(of: int | None = None) -> set[int]:
    """The processes below one of ours, by number."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if after_name[0] != "Z":
                parents[int(entry.name)] = int(after_name[1])
    found: set[int] = set()
    new = {of or os.getpid()}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return found


def eventually(claim: Callable[[], bool], seconds: float = 3.0) -> bool:
    """Whether the claim becomes true in time."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
