"""The self-test: a child is made as every other, and tries what a hostile submission would try.

Canaries are planted for it: files, a listening socket, the grader's own process. A plan counts
only if every attempt that its level promises to stop was stopped, and the canaries are unharmed.
"""

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grader.errors
from grader.sandbox.child import probes
from grader.sandbox.child.kernel import IS_LINUX
from grader.sandbox.child.namespaces import CLOSED
from grader.sandbox.contract import Code, Limits, NoAnswer, StudentCall, StudentSession
from grader.sandbox.levels import Level

SECONDS = 20.0
LIMITS = Limits(
    call_seconds=SECONDS,
    load_seconds=SECONDS,
    submission_seconds=SECONDS,
    memory_megabytes=256,
    output_kilobytes=4,
)
_WITHIN_LIMITS = frozenset({"environment", "descriptors", "limits", "memory"})
_OTHER_USER = frozenset({"private files", "signals"})
_FULL_ONLY = frozenset({"temporary files", "loneliness", "closed file"})


@dataclass(frozen=True, slots=True)
class Canaries:
    """What the child must not reach."""

    folder: Path
    listener: socket.socket
    local: socket.socket | None  # without a file; only Linux has such sockets

    @property
    def file(self) -> Path:
        return self.folder / "canary"

    def as_arguments(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "private": str(self.folder / "private"),
            "folder": str(self.folder),
            "grader": grader.errors.__file__,
            "closed": CLOSED,
            "course": str(Path(grader.errors.__file__).parent / "harness"),
            "pid": os.getpid(),
            "port": self.listener.getsockname()[1],
            "abstract": self.local.getsockname().decode() if self.local else "",
        }

    def harmed(self) -> dict[str, str]:
        """What happened to them, by the name of the attempt."""
        found = {}
        names = sorted(path.name for path in self.folder.iterdir())
        if names != ["canary", "private"] or self.file.stat().st_mode & 0o777 != 0o644:
            found["writing"] = "the canary's folder was changed"
        for name, listener in (("network", self.listener), ("local sockets", self.local)):
            if listener is not None and _was_called(listener):
                found[name] = "a connection was made"
        return found


def code() -> Code:
    """The probes, as a submission."""
    source = Path(probes.__file__).read_text(encoding="utf-8")
    return Code(main="submission", cells=(("probes.py", source),))


def leaks(session: StudentSession, level: Level) -> list[str]:
    """What got through that the level promises to stop.

    Args:
        session: a child that has loaded `code()`.

    Raises:
        CallFailed: the child did not live to tell.
    """
    if level == Level.NONE:  # it promises nothing
        return []
    with _planted() as canaries:
        call = StudentCall("probe", [canaries.as_arguments()])
        said = session.call(call, seconds=SECONDS, answer=_no_answer).value
        found = {**said, **canaries.harmed()}
    stopped = _stopped_at(level, set(found))
    return [f"{name}: {words}" for name, words in found.items() if words and name in stopped]


def _stopped_at(level: Level, attempts: set[str]) -> set[str]:
    match level:
        case Level.FULL:
            return attempts
        case Level.CONFINED | Level.SEALED:
            return attempts - _FULL_ONLY
        case _:
            return set(_WITHIN_LIMITS | (_OTHER_USER if os.geteuid() == 0 else frozenset()))


@contextmanager
def _planted() -> Iterator[Canaries]:
    folder = Path(tempfile.mkdtemp(prefix="grader-canary-"))
    folder.chmod(0o755)
    token = secrets.token_hex(8)
    for name, mode in (("canary", 0o644), ("private", 0o600)):
        (folder / name).write_text(token, encoding="ascii")
        (folder / name).chmod(mode)
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as local:
        if IS_LINUX:
            local.bind(f"\0grader-canary-{token}")
            local.listen()
        listener.setblocking(False)
        local.setblocking(False)
        try:
            yield Canaries(folder, listener, local if IS_LINUX else None)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _was_called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _no_answer(name: str, arguments: list[Any]) -> Any:
    raise NoAnswer
