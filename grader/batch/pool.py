"""Worker processes on this machine, and what happens when one of them dies."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from grader.batch import worker
from grader.errors import CourseError, GraderFault
from grader.records import Report, Submission

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A submission whose worker ended each time: our fault until shown otherwise."""

    submission: Submission
    reason: str


Outcome = Report | GaveUp


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    cpu: int | None
    ready: bool = False
    task: Submission | None = None
    deadline: float = field(default=float("inf"))


class LocalPool:
    """Runs submissions on worker processes.

    Args:
        job: what all workers have in common.
        n_workers: how many processes.
        seconds: after this long without a report a worker is ended and the submission tried again.
    """

    def __init__(self, job: worker.GradingJob, *, n_workers: int, seconds: float) -> None:
        self._job = job
        self._n_workers = n_workers
        self._seconds = seconds
        self._failed_starts = 0
        self._workers: list[_Worker] = []

    def run(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """The outcome of each submission, in the order in which they end.

        Raises:
            CourseError: the checks of the assignment are wrong.
            GraderFault: no worker can be started, or none reaches the isolation level.
        """
        waiting = deque((submission, 1) for submission in submissions)
        attempts: dict[int, int] = {}
        try:
            while waiting or any(w.task for w in self._workers):
                self._hand_out(waiting, attempts)
                for one in self._ready():
                    reply = _receive(one)
                    if isinstance(reply, worker.WorkerReady):
                        one.ready = True
                        continue
                    task, one.task, one.deadline = one.task, None, float("inf")
                    if isinstance(reply, Report):
                        yield reply
                        continue
                    reason = self._buried(one, reply)
                    if task is None:
                        continue
                    if attempts[id(task)] < ATTEMPTS:
                        waiting.append((task, attempts[id(task)] + 1))
                    else:
                        yield GaveUp(task, f"{reason}, {ATTEMPTS} times")
        finally:
            self.close()

    def close(self) -> None:
        for one in self._workers:
            one.connection.close()
            one.process.kill()
        for one in self._workers:
            one.process.join()
        self._workers.clear()

    def _hand_out(self, waiting: deque[tuple[Submission, int]], attempts: dict[int, int]) -> None:
        """Give a task to each idle worker; start workers while there is more to do."""
        idle = [one for one in self._workers if one.task is None]
        while waiting and len(self._workers) < self._n_workers and len(idle) < len(waiting):
            idle.append(self._start())
        for one in idle:
            if not waiting:
                return
            task, attempt = waiting.popleft()
            attempts[id(task)] = attempt
            one.task, one.deadline = task, time.monotonic() + self._seconds
            try:
                one.connection.send(task)
            except OSError:  # it is dead, which `_ready` will find
                continue

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        cpu = self._cpu_of_its_own()
        process = context.Process(target=worker.main, args=(theirs, self._job), daemon=True)
        with _ctrl_c_held():
            process.start()
            started = _Worker(process, ours, cpu)
            self._workers.append(started)
        theirs.close()
        if cpu is not None and process.pid:
            with contextlib.suppress(OSError):  # it is dead already, or that processor is off
                os.sched_setaffinity(process.pid, {cpu})
        return started

    def _cpu_of_its_own(self) -> int | None:
        """The processor that the next worker and its children keep to; None for any.

        They take turns, and waking each other on one processor is cheap: measured on 2026-11-25,
        two workers on two processors, a submission costs an eighth less. With fewer workers than
        processors the system is left to choose.
        """
        if not hasattr(os, "sched_getaffinity"):
            return None
        cpus = sorted(os.sched_getaffinity(0))
        if self._n_workers < len(cpus):
            return None
        taken = [one.cpu for one in self._workers]
        return min(cpus, key=taken.count)

    def _ready(self) -> list[_Worker]:
        """The workers that have something to say: a report, or their end."""
        now = time.monotonic()
        for one in self._workers:
            if one.deadline < now:
                one.process.kill()
        soonest = min(one.deadline for one in self._workers)
        timeout = None if soonest == float("inf") else max(0.0, soonest - now)
        said = set(wait([one.connection for one in self._workers], timeout))
        return [one for one in self._workers if one.connection in said]

    def _buried(self, one: _Worker, reply: worker.WorkerFailed | None) -> str:
        """Take a worker that cannot go on out of the pool; why it ended."""
        one.process.kill()
        one.process.join()
        one.connection.close()
        self._workers.remove(one)
        if reply is None:
            reason = f"the grading process ended (exit code {one.process.exitcode})"
            self._failed_starts += not one.ready
            if self._failed_starts >= ATTEMPTS:
                raise GraderFault(f"{reason} before it began", fix="See `grader doctor`.")
            return reason
        self._failed_starts += not one.ready
        if isinstance(reply.error, CourseError) or self._failed_starts >= ATTEMPTS:
            raise reply.error
        return str(reply.error)


@contextlib.contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Ctrl-C waits meanwhile, here and in processes that are started, until they want it.

    A worker that gets it while Python starts would end with a traceback of its own.
    """
    resource_tracker.ensure_running()  # it would let Ctrl-C through when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive(one: _Worker) -> worker.Reply | None:
    """What the worker sent, or None if it is dead."""
    try:
        reply: worker.Reply = one.connection.recv()
    except (EOFError, OSError):
        return None
    return reply
