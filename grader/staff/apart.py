"""A process of its own for what takes long: it ends when its time is over, or nobody wants it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from grader.errors import GraderFault

Beat = Callable[[], bool]  # whether what is computed is still wanted
_BEAT_SECONDS = 1.0


class NotWanted(GraderFault):
    """Nobody waits for what a process computes: it was ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RanApart:
    """How a process ended, and what it said."""

    exit_code: int
    out: bytes
    err: bytes


def run_apart(
    command: Sequence[str], *, sent: bytes = b"", seconds: float, beat: Beat
) -> RanApart | None:
    """Run a command of ours; None if it was not through in time.

    Args:
        sent: what it reads.
        beat: asked every second; False ends the process.

    Raises:
        NotWanted: `beat` said so.
    """
    ends = time.monotonic() + seconds
    pipe = subprocess.PIPE
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )
    unsent: bytes | None = sent
    try:
        while time.monotonic() < ends:
            try:
                out, err = process.communicate(unsent, timeout=_BEAT_SECONDS)
            except subprocess.TimeoutExpired:
                unsent = None
                if not beat():
                    raise NotWanted("what was computed is not wanted any more") from None
            else:
                return RanApart(exit_code=process.returncode, out=out, err=err)
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with all that it has started
        process.communicate()
