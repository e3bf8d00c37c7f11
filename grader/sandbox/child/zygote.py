"""The warm process: it imports the numerical packages once and forks for each submission.

It is started afresh with a clean environment, knows nothing that is secret, never runs a line of
a student's, and is jailed itself where the machine allows it.
"""

import gc
import os
import random
import select
import signal
import socket
import sys
import traceback

from grader.sandbox.child import (
    confine,
    interruption,
    namespaces,
    process_state,
    requests,
    runner,
    warming,
)
from grader.sandbox.child.kernel import IS_LINUX
from grader.sandbox.child.kernel import die_with_parent as die_with_parent  # for the batch worker

_REAP_SECONDS = 0.02


def serve(control_descriptor: int, *, why_not: str, packages: list[str]) -> None:
    """Serve until the grader closes the control socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    interruption.prepare()
    warming.warm_up(packages)
    zygote = Zygote(socket.socket(fileno=control_descriptor), in_namespaces=not why_not)
    # Whatever can be done before the forks: each page that a child changes costs it 3 us.
    runner.open_streams()
    process_state.show_only_the_submission()
    gc.collect()
    gc.freeze()
    zygote.serve(why_not)


class Zygote:
    """Makes, ends and reaps children.

    Args:
        control: the socket on which the grader asks.
        in_namespaces: whether this is the first process of a process namespace.
    """

    def __init__(self, control: socket.socket, *, in_namespaces: bool) -> None:
        self._control = control
        self._cpu_seconds: dict[int, int] = {}  # of each child, living or dying
        self._dying: set[int] = set()
        # Opened now: in the new root there is no /proc.
        self._own_state = os.open("/proc/self/stat", os.O_RDONLY) if IS_LINUX else -1
        self._processes = namespaces.ProcessNamespaces() if in_namespaces else None
        self._prepared = confine.prepare(in_namespaces=in_namespaces)

    def serve(self, why_not: str) -> None:
        hello = requests.Hello(namespaces=self._processes is not None, why_not=why_not)
        try:
            requests.send(self._control, hello, [])
            while True:
                self._reap()
                wait = _REAP_SECONDS if self._dying else None
                if select.select([self._control], [], [], wait)[0]:
                    self._answer_one()
        except (EOFError, ConnectionError):
            return
        finally:
            for pid in self._cpu_seconds:
                os.kill(pid, signal.SIGKILL)

    def _answer_one(self) -> None:
        request, descriptors = requests.receive_request(self._control)
        try:
            if isinstance(request, requests.Fork):
                reply: requests.FromWarm = self._fork(request, descriptors)
            elif isinstance(request, requests.Interrupt):
                reply = self._interrupt(request)
            else:
                reply = self._end(request)
        except OSError as error:
            reply = requests.Failed(str(error))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        requests.send(self._control, reply, [])

    def _fork(self, request: requests.Fork, descriptors: list[int]) -> requests.FromWarm:
        threads, address_space = self._threads_and_address_space()
        if threads > 1:
            return requests.Failed(f"the warm process has {threads} threads; a fork would hang")
        use_namespaces = request.namespaces and self._processes is not None
        pid = self._processes.fork() if use_namespaces and self._processes else os.fork()
        if pid == 0:
            self._become_child(request, descriptors, address_space)
        self._cpu_seconds[pid] = request.cpu_seconds
        return requests.Forked(pid)

    def _become_child(
        self, request: requests.Fork, descriptors: list[int], address_space: int
    ) -> None:
        """Never returns: a child must not come back into the warm process's loop."""
        try:
            connection, output = descriptors
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.dup2(connection, confine.CONNECTION, inheritable=False)
            _forget_random_state()
            confine.confine(request, self._prepared, address_space)
            runner.begin(socket.socket(fileno=confine.CONNECTION))
            os._exit(0)
        except BaseException:  # noqa: BLE001 - said on the output, which the grader reads
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(70)

    def _threads_and_address_space(self) -> tuple[int, int]:
        """How many threads this process has, and its bytes of address space (0 if not known)."""
        if self._own_state < 0:
            return 1, 0
        fields = os.pread(self._own_state, 4096, 0).rpartition(b")")[2].split()
        return int(fields[17]), int(fields[20])

    def _interrupt(self, request: requests.Interrupt) -> requests.FromWarm:
        if request.pid not in self._cpu_seconds:
            return requests.Failed(f"there is no child {request.pid}")
        os.kill(request.pid, interruption.TELL if request.tell else interruption.STOP)
        return requests.Ended(0)

    def _end(self, request: requests.End) -> requests.FromWarm:
        """Kill the child and what it started."""
        pid = request.pid
        if pid not in self._cpu_seconds:
            return requests.Failed(f"there is no child {pid}")
        if self._processes is None:
            _kill(-pid)  # its whole session's first group
        _kill(pid)
        if not request.wait:
            self._dying.add(pid)
            return requests.Ended(0)
        _, status, used = os.wait4(pid, 0)
        limit = self._cpu_seconds.pop(pid)
        self._dying.discard(pid)
        self._end_orphans()
        if os.WIFSIGNALED(status) and used.ru_utime + used.ru_stime >= limit:
            status = signal.SIGXCPU  # the limit on processor time kills without saying why
        return requests.Ended(status)

    def _reap(self) -> None:
        for pid in list(self._dying):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._dying.discard(pid)
                del self._cpu_seconds[pid]

    def _end_orphans(self) -> None:
        """Without namespaces a child may have left processes; they are ours now (Linux)."""
        if self._processes is not None or not IS_LINUX:
            return
        while strays := _children() - set(self._cpu_seconds):
            for pid in strays:
                _kill(pid)
                os.waitpid(pid, 0)


def _children() -> set[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return {int(word) for word in file.read().split()}
    except OSError:  # a kernel without this list
        return set()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _forget_random_state() -> None:
    """Each child would otherwise draw the same numbers as the one before."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(int.from_bytes(os.urandom(4), "little"))
    if torch := sys.modules.get("torch"):
        # Not torch.manual_seed, which spends 2 ms on devices that are not there.
        torch.default_generator.manual_seed(int.from_bytes(os.urandom(7), "little"))
