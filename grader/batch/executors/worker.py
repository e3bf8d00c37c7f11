"""One grading process: it imports torch once and grades the submissions that it is sent."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

from grader.batch.executors.contract import GradingJob
from grader.errors import GraderError
from grader.records import CheckResult, Report, Submission


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The checks are collected, and the isolation level is reached."""


@dataclass(frozen=True, slots=True)
class WorkerFailed:
    """A worker cannot go on: the course's fault, or ours."""

    error: GraderError


Reply = WorkerReady | Report | WorkerFailed
ToldReply = Reply | CheckResult  # with the results of checks


def main(connection: Connection, job: GradingJob, tells_checks: bool = False) -> None:
    """Grade until the other end closes. Each report is sent as soon as it is there.

    Args:
        tells_checks: whether the result of each check is sent before the report.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the pool has held it
    os.environ["OMP_NUM_THREADS"] = "1"  # one core a worker: more threads only get in the way
    from grader.batch.grading_here import run_job, sandbox_for
    from grader.sandbox.child.limits import limit_own_memory
    from grader.sandbox.child.zygote import die_with_parent

    die_with_parent()
    try:
        sandbox = sandbox_for(job)
        try:
            sandbox.prove()  # says at once if the level cannot be had
            limit_own_memory()
            told = connection.send if tells_checks else None
            run_job(_received(connection), job, sandbox=sandbox, emit=connection.send, told=told)
        finally:
            sandbox.close()
    except GraderError as error:
        connection.send(WorkerFailed(error))
    except BrokenPipeError:
        return


def _received(connection: Connection) -> Iterator[Submission]:
    connection.send(WorkerReady())
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return
