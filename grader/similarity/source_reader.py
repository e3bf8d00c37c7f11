"""The source of strangers becomes numbers, in a process that it may break without harm.

Parsing can take all memory, all time or the whole stack of the process that does it. So one small
process with limits reads one submission after another. Where it ends or is late, the submission at
hand is not compared, and a new process reads the next.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec

from grader.errors import GraderFault

_MODULE = "grader.similarity.child.serving"
_LONGEST_ANSWER = 32 << 20  # bytes
_PATIENCE = 5  # a busy machine may take so many times the processor time


class Fingerprint(msgspec.Struct, frozen=True, array_like=True):
    """A run of tokens that was kept: its hash, its first token, and its lines from 0."""

    digest: int
    token: int
    first_line: int
    last_line: int


class CodePrints(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of a submission.

    Two digests tell equal code: `exact` changes with nothing but comments, docstrings, type hints,
    layout and the order of functions, `plain` with names and constants neither.
    """

    exact: str
    plain: str
    tokens: int
    prints: tuple[Fingerprint, ...]
    is_too_large: bool = False  # then there are no prints


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """What the reading of one submission may take."""

    seconds: int = 20  # of processor time
    megabytes: int = 1024  # of address space


class SourceReader:
    """Reads submissions one by one; a context manager that ends its process."""

    def __init__(self, limits: ReadingLimits = ReadingLimits()) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def read(self, texts: Sequence[str]) -> CodePrints | str:
        """The fingerprints of a submission's cells and modules, or why there are none.

        Raises:
            GraderFault: no process can be started here.
        """
        answer = self._ask(texts)
        if answer is None:
            return "reading it takes more memory or time than any homework does"
        if answer.is_too_large:
            return "it holds more code than is compared"
        return _within(answer, texts)

    def _ask(self, texts: Sequence[str]) -> CodePrints | None:
        """One answer; None if the process ended over it."""
        process = self._started()
        if process.stdin is None or process.stdout is None:
            raise AssertionError("the process was started with both pipes")
        late = threading.Timer(_PATIENCE * self._limits.seconds, process.kill)
        late.start()
        try:
            process.stdin.write(json.dumps(list(texts)).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline(_LONGEST_ANSWER)
            return msgspec.json.decode(line, type=CodePrints)
        except (OSError, msgspec.DecodeError):
            self._end()
            return None
        finally:
            late.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            limits = (str(self._limits.seconds), str(self._limits.megabytes))
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [sys.executable, "-I", "-W", "ignore", "-m", _MODULE, *limits],
                    env={"PATH": os.defpath},
                    cwd="/",
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise GraderFault(
                    f"no process can be started ({error.strerror})", fix="Make room, and try again."
                ) from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _within(read: CodePrints, texts: Sequence[str]) -> CodePrints:
    """The same with no line outside the texts."""
    last = sum(text.count("\n") + 1 for text in texts) - 1
    if all(0 <= one.first_line <= one.last_line <= last for one in read.prints):
        return read
    kept = tuple(one for one in read.prints if 0 <= one.first_line <= one.last_line <= last)
    return msgspec.structs.replace(read, prints=kept)
