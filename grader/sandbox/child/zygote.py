"""The warm process: it imports the numerical packages once and forks for each submission.

It is started afresh with a clean environment, and holds no descriptor of the grader's but its
control socket. A request to fork carries two descriptors: the connection and the output.
"""

import ctypes
import gc
import os
import random
import resource
import signal
import socket
import struct
import sys
import traceback
from typing import Any

import msgspec

from grader.sandbox.child import runner

LENGTH = struct.Struct("<I")
CONNECTION = 3  # the child's only descriptor beside its standard streams
_PR_SET_PDEATHSIG = 1


class Fork(msgspec.Struct, tag="fork"):
    """Make a child."""

    cpu_seconds: int
    memory_megabytes: int


class End(msgspec.Struct, tag="end"):
    """Kill a child and say how it ended."""

    pid: int


Request = Fork | End


def main(control_descriptor: int, warm: list[str]) -> None:
    """Serve until the grader closes the control socket."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    for name in warm:
        __import__(name)
    _use_one_thread()
    control = socket.socket(fileno=control_descriptor)
    control.sendall(b"R")
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    try:
        _serve(control, children)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def _serve(control: socket.socket, children: set[int]) -> None:
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not data:
            return
        request = msgspec.msgpack.decode(data, type=Request)
        if isinstance(request, Fork):
            reply = _fork(control, descriptors, request)
            children.add(reply)
        else:
            reply = _end(request.pid)
            children.discard(request.pid)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(LENGTH.pack(reply))


def _fork(control: socket.socket, descriptors: list[int], request: Fork) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        control.close()
        _become_child(descriptors[0], descriptors[1], request)
    except BaseException:  # noqa: BLE001 - whatever it was, a child must not return into the zygote
        traceback.print_exc()
        os._exit(70)
    os._exit(0)


def _become_child(connection: int, output: int, request: Fork) -> None:
    die_with_parent()
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if connection != CONNECTION:
        os.dup2(connection, CONNECTION, inheritable=False)
    os.closerange(CONNECTION + 1, 256)
    _limit(request)
    random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()
    runner.begin(socket.socket(fileno=CONNECTION))


def _limit(request: Fork) -> None:
    def lower(what: int, value: int) -> None:
        _, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))

    lower(resource.RLIMIT_CPU, request.cpu_seconds)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 16 << 20)
    lower(resource.RLIMIT_NOFILE, 256)
    if sys.platform == "linux":
        lower(resource.RLIMIT_AS, _address_space() + (request.memory_megabytes << 20))


def _address_space() -> int:
    """Bytes of address space in use now: the limit is on top of what the packages take."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _end(pid: int) -> int:
    """Kill the child and what it started; the wait status (see `os.waitstatus_to_exitcode`)."""
    for kill, target in ((os.killpg, pid), (os.kill, pid)):
        try:
            kill(target, signal.SIGKILL)
        except ProcessLookupError:
            continue
    _, status = os.waitpid(pid, 0)
    return status


def die_with_parent() -> None:
    """On Linux the kernel ends this process when its parent ends."""
    if sys.platform == "linux":
        libc: Any = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _use_one_thread() -> None:
    """A fork after a multi-threaded operation would hang the child."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
