"""A sandbox that forks each child from a warm process.

Level `none`: a separate process with a clean environment and resource limits. It stands up to
accidents and to tricks in Python; it does not stop a process of the same user from reaching
files, other processes or the network.
"""

import ctypes
import os
import select
import socket
import subprocess
import sys
import threading
from typing import Any

import msgspec

from grader.errors import GraderFault
from grader.sandbox.channel import Channel
from grader.sandbox.child.zygote import LENGTH, End, Fork, Request
from grader.sandbox.contract import Code, Limits
from grader.sandbox.session import ChildSession, exit_code

START_SECONDS = 120.0  # importing torch on a busy machine
REPLY_SECONDS = 20.0
_PR_SET_DUMPABLE = 4


class WarmSandbox:
    """Starts the warm process at once; the first `open` waits until it is ready.

    Args:
        warm: the packages it imports before the first fork, such as ("numpy", "torch").
    """

    level = "none"
    layers: tuple[str, ...] = (
        "separate process",
        "clean environment",
        "resource limits",
        "the grader's memory is closed to it",
    )

    def __init__(self, warm: tuple[str, ...]) -> None:
        close_memory()
        ours, theirs = socket.socketpair()
        self._control = ours
        self._ready = False
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-I", "-m", "grader.sandbox.child.zygote"),
                *(str(theirs.fileno()), *warm),
            ],
            env=_clean_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()

    def open(self, code: Code, limits: Limits) -> ChildSession:
        """See `Sandbox.open`."""
        self._wait_until_ready()
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        with theirs:
            fork = Fork(
                cpu_seconds=int(limits.submission_seconds) + 2,
                memory_megabytes=limits.memory_megabytes,
            )
            try:
                pid = self._request(fork, [theirs.fileno(), output_end])
            except GraderFault:
                ours.close()
                os.close(output)
                raise
            finally:
                os.close(output_end)
        channel = Channel(ours, output, limits.output_kilobytes << 10)
        session = ChildSession(channel, lambda: exit_code(self._request(End(pid=pid), [])))
        try:
            session.load(code, limits)
        except BaseException:
            session.close()
            raise
        return session

    def close(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _wait_until_ready(self) -> None:
        if not self._ready:
            self._receive(1, START_SECONDS)
            self._ready = True

    def _request(self, request: Request, descriptors: list[int]) -> int:
        data = msgspec.msgpack.encode(request)
        with self._lock:
            try:
                socket.send_fds(self._control, [data], descriptors)
            except OSError as error:
                raise self._fault() from error
            reply: int = LENGTH.unpack(self._receive(LENGTH.size, REPLY_SECONDS))[0]
            return reply

    def _receive(self, count: int, seconds: float) -> bytes:
        ready, _, _ = select.select([self._control], [], [], seconds)
        data = self._control.recv(count) if ready else b""
        if len(data) != count:
            raise self._fault()
        return data

    def _fault(self) -> GraderFault:
        return GraderFault(
            f"the warm process for student code does not answer (exit code {self._process.poll()})",
            fix="Run the command again; if it happens again, see `grader doctor`.",
        )


def close_memory() -> None:
    """Other processes of the same user can then neither read nor trace this one (Linux)."""
    if sys.platform == "linux":
        libc: Any = ctypes.CDLL(None)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _clean_environment() -> dict[str, str]:
    """Nothing of the grader's environment but where programs lie; one numerical thread."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": "/",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
