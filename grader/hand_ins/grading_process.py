"""One grading process that is kept warm: the worker of a batch, for one submission after another.

A process that dies, or takes too long, costs nothing but its submission's try.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess

from grader.batch.executors import worker
from grader.batch.executors.contract import GradingJob
from grader.errors import GraderFault
from grader.records import CheckResult, Report, Submission

Told = Callable[[CheckResult], None]
_BEAT_SECONDS = 5.0


class GradingProcess:
    """A process that grades for one job; it ends with the thread that started it.

    Args:
        cpu: the processor that it keeps to; None for any.
    """

    def __init__(self, job: GradingJob, *, digest: str, cpu: int | None = None) -> None:
        self.job, self.digest = job, digest
        self._ends, self._beaten = 0.0, 0.0
        self._beat: Callable[[], bool] = lambda: True
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=worker.main, args=(theirs, job, True), daemon=True
        )
        self._process.start()
        theirs.close()
        if cpu is not None and self._process.pid:
            with suppress(OSError):  # it is dead already, or that processor is off
                os.sched_setaffinity(self._process.pid, {cpu})

    def grade(
        self, submission: Submission, *, seconds: float, told: Told, beat: Callable[[], bool]
    ) -> Report:
        """The report for staff on a submission.

        Args:
            seconds: after this long the process is ended.
            told: called with each check's result at once.
            beat: called every few seconds; False ends the process, since nobody wants the report.

        Raises:
            GraderFault: there is none; the process has ended.
            CourseError: the checks of the assignment are wrong.
        """
        self._ends, self._beat = time.monotonic() + seconds, beat
        self._beaten = time.monotonic()
        try:
            self._connection.send(submission)
            while True:
                reply = self._reply()
                if isinstance(reply, Report):
                    return reply
                if isinstance(reply, worker.WorkerFailed):
                    raise reply.error
                if isinstance(reply, CheckResult):
                    told(reply)
        except (EOFError, OSError) as error:
            self._process.join(1)
            raise GraderFault(
                f"the grading process ended (exit code {self._process.exitcode})"
            ) from error
        finally:
            if not self._process.is_alive():
                self.close()

    def close(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()

    @property
    def is_alive(self) -> bool:
        return not self._connection.closed and self._process.is_alive()

    def _reply(self) -> worker.ToldReply:
        while True:
            is_there = self._connection.poll(_BEAT_SECONDS)
            if time.monotonic() > self._ends:
                raise self._ended("the grading process took too long")
            if time.monotonic() - self._beaten >= _BEAT_SECONDS:
                self._beaten = time.monotonic()
                if not self._beat():
                    raise self._ended("another worker has taken this over")
            if is_there:
                reply: worker.ToldReply = self._connection.recv()
                return reply

    def _ended(self, why: str) -> GraderFault:
        self.close()
        return GraderFault(why)
