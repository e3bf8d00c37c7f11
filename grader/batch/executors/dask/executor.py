"""An executor whose workers are those of a Dask cluster, on any number of machines.

Which worker grades what is decided here and not by Dask's scheduler: each task is for one worker
alone. So it is known what a worker had when it ended, which Dask does not tell: it suspects
everything that was on its way there.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from distributed import Client

from grader.batch.executors.contract import Aborted, GradingJob, Outcome
from grader.batch.executors.dask.asking import connection_lost
from grader.batch.executors.dask.connection import (
    ClusterConnection,
    ConnectionLost,
    Message,
    TaskAnswer,
    WorkerHost,
    WorkersSeen,
)
from grader.batch.executors.dask.crew import Crew, CrewMember, Seen, Warned
from grader.batch.executors.dask.machine_facts import machine_facts
from grader.batch.executors.dask.wire import (
    NotGreeted,
    SentFault,
    as_bytes,
    chunk_bytes,
    hello_from,
    job_bytes,
    reply_from,
)
from grader.batch.executors.dask.work_list import TaskChunk, WorkList
from grader.records import Submission
from grader.settings import load_assignment

_TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Given:
    """A chunk that a worker was asked to grade; None: it was greeted."""

    member: CrewMember
    chunk: TaskChunk | None = None


class DaskExecutor:
    """An executor: runs submissions on the workers that a cluster has, and gets meanwhile.

    Args:
        job: what all workers have in common.
        seconds: after this long without its report a worker is ended, for each submission that it
            has.
        seen: called when the number of workers changes.
        warned: called with a sentence about a machine that is left out.
    """

    def __init__(
        self, client: Client, job: GradingJob, *, seconds: float, seen: Seen, warned: Warned
    ) -> None:
        self._client = client
        self._job = job
        self._seconds = seconds
        facts = machine_facts(load_assignment(job.assignment).digest)
        self._crew = Crew(facts, seen=seen, warned=warned)
        self._list = WorkList(())
        self._ending: set[CrewMember] = set()  # they have what was aborted
        self._moving = threading.Lock()  # held while tasks change hands, and to abort one

    def run(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """The outcome of each submission, in the order in which they end; see `Executor`.

        Raises:
            CourseError: the checks of the assignment are wrong.
            GraderFault: a machine is not like this one, none can grade, or the scheduler is gone.
        """
        self._list = WorkList(submissions)
        return self._outcomes()

    def abort(self, submission: str) -> bool:
        """End the grading of one submission at once, by its name; see `Executor`.

        Its worker is ended; what that had besides is graded elsewhere.
        """
        with self._moving:
            found = self._list.abort(submission)
            for member in self._crew.members:
                for task in (task for chunk in member.seat.chunks for task in chunk.tasks):
                    if task.submission.name == submission:
                        task.is_aborted = found = True
                        self._ending.add(member)
        return found

    def _outcomes(self) -> Iterator[Outcome]:
        if self._list.is_done:
            return
        connection = ClusterConnection(self._client, job=job_bytes(self._job))
        try:
            while not self._list.is_done:
                with self._moving:
                    outcomes = self._step(connection)
                yield from outcomes
                if (message := connection.next_message(_TICK_SECONDS)) is not None:
                    with self._moving:
                        outcomes = [*self._heard(connection, message)]
                    yield from outcomes
        finally:
            connection.close()

    def _step(self, connection: ClusterConnection) -> list[Outcome]:
        """Hand out what there is to do; what came of that at once."""
        if connection.is_lost:
            raise connection_lost()
        self._crew.assert_somebody()
        outcomes: list[Outcome] = [*self._ended_by_us(connection), *self._list.aborted()]
        able = self._crew.able
        machines = {member.machine for member in able}
        for member in able:
            while (chunk := self._list.next_chunk(member.seat, machines)) is not None:
                data = chunk_bytes(member.token, (task.submission for task in chunk.tasks))
                connection.grade(member.address, data, _Given(member, chunk))
                if len(member.seat.chunks) == 1:
                    self._set_deadline(member)
        return outcomes

    def _ended_by_us(self, connection: ClusterConnection) -> Iterator[Outcome]:
        """End workers that do not answer, or have what was aborted."""
        now = time.monotonic()
        for member in self._crew.members:
            if member in self._ending or member.deadline < now:
                connection.end_worker(member.address)
                yield from self._lost(member, "the worker did not answer in time")

    def _set_deadline(self, member: CrewMember) -> None:
        chunks = member.seat.chunks
        n = len(chunks[0].tasks) if chunks else 0
        member.deadline = time.monotonic() + n * self._seconds if n else float("inf")

    def _heard(self, connection: ClusterConnection, message: Message) -> Iterator[Outcome]:
        if isinstance(message, ConnectionLost):
            raise connection_lost()
        if isinstance(message, WorkersSeen):
            yield from self._looked(connection, message.workers)
        elif isinstance(given := message.about, _Given) and self._crew.has(given.member):
            if given.chunk is None:
                yield from self._greeted(given.member, message)
            elif given.chunk in given.member.seat.chunks:
                yield from self._answered(given.member, given.chunk, message)

    def _looked(
        self, connection: ClusterConnection, hosts: Mapping[str, WorkerHost]
    ) -> Iterator[Outcome]:
        for member in self._crew.gone(hosts):
            yield from self._lost(member, "the worker that graded it ended")
        for member, greeting in self._crew.arrived(hosts):
            connection.greet(member.address, as_bytes(greeting), _Given(member))

    def _greeted(self, member: CrewMember, answer: TaskAnswer) -> Iterator[Outcome]:
        if answer.data is None:
            yield from self._lost(member, answer.reason)
        else:
            self._crew.welcomed(member, hello_from(answer.data))

    def _answered(
        self, member: CrewMember, chunk: TaskChunk, answer: TaskAnswer
    ) -> Iterator[Outcome]:
        if answer.data is None:
            fault = SentFault(problem=answer.reason, at="", fix="", of_course=False)
            yield from self._list.failed(member.seat, chunk, fault.problem)
            self._look_after(member, fault)
            return
        reply = reply_from(answer.data)
        if isinstance(reply, NotGreeted):
            yield from self._lost(member, "the worker that graded it ended")
            return
        n = len(reply.reports)
        for task, report in zip(chunk.tasks, reply.reports, strict=False):
            yield Aborted(task.submission) if task.is_aborted else report
        self._list.graded(member.seat, chunk, n=n, seconds=reply.seconds)
        if reply.fault is not None:
            if reply.fault.of_course:
                raise reply.fault.as_error(f"the machine {member.machine}")
            yield from self._list.faulty(member.seat, chunk, n=n, reason=reply.fault.problem)
            self._look_after(member, reply.fault)
        self._set_deadline(member)

    def _look_after(self, member: CrewMember, fault: SentFault) -> None:
        """Leave a worker out that can grade nothing any more."""
        if member.seat.is_sick:
            self._crew.leave_out(member, fault.as_error(f"the machine {member.machine}"))

    def _lost(self, member: CrewMember, reason: str) -> Iterator[Outcome]:
        self._ending.discard(member)
        self._crew.ended(member)
        yield from self._list.lost(member.seat, reason)
