"""One grading process: it imports torch once and grades the submissions that it is sent."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from grader.errors import GraderError
from grader.records import Report, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingJob:
    """What all workers of a run have in common."""

    assignment: Path
    secret: str
    require_level: str  # the weakest isolation level that will do
    with_torch: bool  # whether the process for student code imports torch at the start
    diagnose_hidden: bool  # whether calls of hidden checks are evidence for a diagnosis


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The checks are collected, and the isolation level is reached."""


@dataclass(frozen=True, slots=True)
class WorkerFailed:
    """A worker cannot go on: the course's fault, or ours."""

    error: GraderError


Reply = WorkerReady | Report | WorkerFailed


def main(connection: Connection, job: GradingJob) -> None:
    """Grade until the other end closes. Each report is sent as soon as it is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the pool has held it
    os.environ["OMP_NUM_THREADS"] = "1"  # one core a worker: more threads only get in the way
    from grader.diagnosis.explanation import Explainer
    from grader.harness.grading import grade, report_key
    from grader.sandbox.child.zygote import die_with_parent
    from grader.sandbox.levels import Level
    from grader.sandbox.warm import WarmSandbox
    from grader.settings import load_assignment
    from grader.subject.loading import subject_of

    die_with_parent()

    def submissions() -> Iterator[Submission]:
        connection.send(WorkerReady())
        while True:
            try:
                yield connection.recv()
            except EOFError:
                return

    try:
        warm = ("numpy", "torch") if job.with_torch else ("numpy",)
        sandbox = WarmSandbox(warm, require_level=Level(job.require_level))
        try:
            sandbox.prove()  # says at once if the level cannot be had
            assignment = load_assignment(job.assignment)
            key = partial(
                report_key,
                assignment=assignment,
                secret=job.secret,
                require_level=job.require_level,
                diagnose_hidden=job.diagnose_hidden,
            )
            subject = subject_of(assignment)
            explain = Explainer(subject, with_hidden=job.diagnose_hidden)
            grade(
                submissions(),
                assignment=assignment,
                sandbox=sandbox,
                with_hidden=True,
                secret=job.secret,
                emit=connection.send,
                key=key,
                reference=subject.over_arrays() if subject else None,
                explain=explain,
            )
        finally:
            sandbox.close()
    except GraderError as error:
        connection.send(WorkerFailed(error))
    except BrokenPipeError:
        return
