"""Worker processes on this machine, and what happens when one of them dies."""

import contextlib
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from grader.batch.executors import worker
from grader.batch.executors.contract import Aborted, GaveUp, GradingJob, Outcome
from grader.batch.executors.interrupts import ctrl_c_held
from grader.errors import CourseError, GraderFault
from grader.records import Report, Submission

ATTEMPTS = 3


@dataclass(slots=True, eq=False)
class _Task:
    """A submission on its way to an outcome."""

    submission: Submission
    attempts: int = 0
    is_aborted: bool = False


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    cpu: int | None
    ready: bool = False
    task: _Task | None = None
    deadline: float = float("inf")


class LocalPool:
    """An executor: runs submissions on worker processes of this machine.

    Args:
        job: what all workers have in common.
        n_workers: how many processes.
        seconds: after this long without a report a worker is ended and the submission tried again.
    """

    def __init__(self, job: GradingJob, *, n_workers: int, seconds: float) -> None:
        self._job = job
        self._n_workers = n_workers
        self._seconds = seconds
        self._failed_starts = 0
        self._workers: list[_Worker] = []
        self._waiting: deque[_Task] = deque()
        self._moving = threading.Lock()  # held while a task changes hands, and to abort one

    def run(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """The outcome of each submission, in the order in which they end.

        Raises:
            CourseError: the checks of the assignment are wrong.
            GraderFault: no worker can be started, or none reaches the isolation level.
        """
        self._waiting.extend(map(_Task, submissions))
        return self._outcomes()

    def abort(self, submission: str) -> bool:
        """End the grading of one submission at once, by its name; see `Executor`.

        One that waits comes out when the next worker has something to say.
        """
        with self._moving:
            busy = [one for one in self._workers if one.task is not None]
            tasks = [*self._waiting, *(one.task for one in busy if one.task is not None)]
            found = [task for task in tasks if task.submission.name == submission]
            for task in found:
                task.is_aborted = True
            for one in busy:
                if one.task in found:
                    one.process.kill()
        return bool(found)

    def _outcomes(self) -> Iterator[Outcome]:
        try:
            while self._waiting or any(one.task for one in self._workers):
                yield from self._withdrawn()
                self._hand_out()
                for one in self._ready():
                    if (outcome := self._heard(one)) is not None:
                        yield outcome
        finally:
            self.close()

    def _withdrawn(self) -> list[Aborted]:
        """Those that were aborted while they waited."""
        with self._moving:
            found = [task for task in self._waiting if task.is_aborted]
            for task in found:
                self._waiting.remove(task)
        return [Aborted(task.submission) for task in found]

    def _heard(self, one: _Worker) -> Outcome | None:
        """What comes of what a worker said, or of its end; None if nothing is decided yet."""
        reply = _receive(one)
        if isinstance(reply, worker.WorkerReady):
            one.ready = True
            return None
        task = self._taken_from(one, with_report=isinstance(reply, Report))
        if task is not None and task.is_aborted:
            self._end(one)  # it was killed, whatever it has said before
            return Aborted(task.submission)
        if isinstance(reply, Report):
            return reply
        reason = self._buried(one, reply)
        if task is None:
            return None
        return GaveUp(task.submission, f"{reason}, {ATTEMPTS} times")

    def _taken_from(self, one: _Worker, *, with_report: bool) -> _Task | None:
        """The task that a worker had, if it is not tried again: then it waits from that moment."""
        with self._moving:
            task, one.task, one.deadline = one.task, None, float("inf")
            if task is None or with_report or task.is_aborted or task.attempts >= ATTEMPTS:
                return task
            self._waiting.append(task)
            return None

    def close(self) -> None:
        with self._moving:
            self._waiting.clear()
            workers, self._workers = self._workers, []
        for one in workers:
            one.connection.close()
            one.process.kill()
        for one in workers:
            one.process.join()

    def _hand_out(self) -> None:
        """Give a task to each idle worker; start workers while there is more to do."""
        idle = [one for one in self._workers if one.task is None]
        while len(self._workers) < self._n_workers and len(idle) < len(self._waiting):
            idle.append(self._start())
        for one in idle:
            with self._moving:
                if not self._waiting or self._waiting[0].is_aborted:
                    return
                task = one.task = self._waiting.popleft()
            task.attempts += 1
            one.deadline = time.monotonic() + self._seconds
            with contextlib.suppress(OSError):  # it is dead, which `_ready` will find
                one.connection.send(task.submission)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        cpu = self._cpu_of_its_own()
        process = context.Process(target=worker.main, args=(theirs, self._job), daemon=True)
        with ctrl_c_held():
            process.start()
            started = _Worker(process, ours, cpu)
            with self._moving:
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
        """The workers that have something to say: a report, or their end. Waits for one."""
        if not any(one.task for one in self._workers):
            return []  # all that waited were aborted
        now = time.monotonic()
        for one in self._workers:
            if one.deadline < now:
                one.process.kill()
        soonest = min(one.deadline for one in self._workers)
        timeout = None if soonest == float("inf") else max(0.0, soonest - now)
        said = set(wait([one.connection for one in self._workers], timeout))
        return [one for one in self._workers if one.connection in said]

    def _end(self, one: _Worker) -> None:
        with self._moving:
            self._workers.remove(one)
        one.process.kill()
        one.process.join()
        one.connection.close()

    def _buried(self, one: _Worker, reply: worker.WorkerFailed | None) -> str:
        """Take a worker that cannot go on out of the pool; why it ended."""
        self._end(one)
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


def _receive(one: _Worker) -> worker.Reply | None:
    """What the worker sent, or None if it is dead."""
    try:
        reply: worker.Reply = one.connection.recv()
    except (EOFError, OSError):
        return None
    return reply
