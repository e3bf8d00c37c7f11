"""The thread of a worker that grades: one warm sandbox, and the checks collected once.

The kernel ends the sandbox's processes with the thread that started them. So they are started in
this one, which lives as long as its worker, and never in a task of Dask.
"""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from grader.batch.executors.contract import GradingJob
from grader.batch.executors.dask.machine_facts import machine_facts
from grader.batch.executors.dask.wire import (
    Graded,
    Greeting,
    NotGreeted,
    SentFault,
    WorkerHello,
    fault_of,
    unpacked_job,
)
from grader.errors import GraderFault
from grader.records import Report, Submission
from grader.sandbox.contract import Sandbox
from grader.settings import load_assignment

_IDLE_SECONDS = 600.0
_ENDED = SentFault(problem="it has ended", at="", fix="", of_course=False)


class GradingThread:
    """Grades chunks of submissions, one chunk at a time, from when it is greeted to `stop`.

    Args:
        job: see `wire.job_bytes`.
        below: where the assignment is unpacked.
    """

    def __init__(self, job: bytes, below: Path, greeting: Greeting) -> None:
        self.token = greeting.token
        self._greeting = greeting
        self._chunks: queue.SimpleQueue[Sequence[Submission] | None] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[WorkerHello | Report | SentFault] = queue.SimpleQueue()
        self._sandbox: Sandbox | None = None
        self._is_stopped = False
        threading.Thread(target=self._live, args=(job, below), name="grading", daemon=True).start()

    def hello(self) -> WorkerHello:
        """What this machine is, when it can grade or cannot; to be asked once."""
        said = self._said.get()
        if isinstance(said, WorkerHello):
            return said
        return WorkerHello(facts=machine_facts(), fault=_ENDED)

    def grade(self, chunk: Sequence[Submission]) -> Graded | NotGreeted:
        """The reports on some submissions, unless it has ended."""
        begin, reports = time.monotonic(), list[Report]()
        fault: SentFault | None = None
        self._chunks.put(chunk)
        while len(reports) < len(chunk) and fault is None:
            said = self._said.get()
            if isinstance(said, Report):
                reports.append(said)
            elif isinstance(said, SentFault):
                fault = said
        if fault is _ENDED:
            return NotGreeted()
        return Graded(reports=tuple(reports), seconds=time.monotonic() - begin, fault=fault)

    def stop(self) -> None:
        """End it, and what is being graded, without waiting for the thread."""
        self._is_stopped = True
        self._chunks.put(None)
        if self._sandbox is not None:
            self._sandbox.close()

    def _live(self, job: bytes, below: Path) -> None:
        _keep_to(self._greeting)
        facts = machine_facts()
        try:
            with unpacked_job(job, below) as unpacked:
                facts = machine_facts(load_assignment(unpacked.assignment).digest)
                if self._says_hello(unpacked, facts):
                    self._grade_all(unpacked)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client has to hear of it
            self._said.put(WorkerHello(facts=facts, fault=fault_of(error)))
        finally:
            self._said.put(_ENDED)  # for a task that waits

    def _says_hello(self, job: GradingJob, facts: dict[str, str]) -> bool:
        """Whether it is able to grade."""
        from grader.batch.grading_here import sandbox_for
        from grader.sandbox.child.limits import limit_own_memory

        self._sandbox = sandbox_for(job)
        try:
            level = self._sandbox.prove()
        except GraderFault as error:
            self._sandbox.close()
            self._said.put(WorkerHello(facts=facts, weak_level=True, fault=fault_of(error)))
            return False
        limit_own_memory()
        self._said.put(WorkerHello(facts=facts, level=level))
        return True

    def _grade_all(self, job: GradingJob) -> None:
        """Grade chunk after chunk; after a fault with another sandbox, once there is a chunk."""
        from grader.batch.grading_here import run_job, sandbox_for

        while (chunk := self._next_chunk()) is not None:
            try:
                if self._sandbox is None:
                    self._sandbox = sandbox_for(job)
                submissions = chain(chunk, self._submissions())
                run_job(submissions, job, sandbox=self._sandbox, emit=self._said.put)
            except Exception as error:  # noqa: BLE001 - the client has to hear of it
                self._said.put(_ENDED if self._is_stopped else fault_of(error))
            finally:
                if self._sandbox is not None:
                    self._sandbox.close()
                self._sandbox = None

    def _submissions(self) -> Iterator[Submission]:
        while (chunk := self._next_chunk()) is not None:
            yield from chunk

    def _next_chunk(self) -> Sequence[Submission] | None:
        """None: there will be no more. A client that is killed says no goodbye."""
        chunk = None
        if not self._is_stopped:
            with contextlib.suppress(queue.Empty):
                chunk = self._chunks.get(timeout=_IDLE_SECONDS)
        self._is_stopped = chunk is None
        return chunk


def _keep_to(greeting: Greeting) -> None:
    """Where workers fill a machine, each has a processor; see `LocalPool`."""
    os.environ["OMP_NUM_THREADS"] = "1"  # one core a worker: more threads only get in the way
    if not hasattr(os, "sched_getaffinity"):
        return
    cpus = sorted(os.sched_getaffinity(0))
    if greeting.n_places >= len(cpus):
        with contextlib.suppress(OSError):  # that processor is off
            os.sched_setaffinity(0, {cpus[greeting.place % len(cpus)]})
