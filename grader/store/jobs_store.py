"""The queue of a site: one table, from which any number of workers take what is to be done.

A worker claims a job for a while and renews that while it works. Whoever is killed renews nothing,
and another takes the job. The end of a job is fenced: whoever lost it meanwhile ends nothing, and
what is kept with the end is kept in the same transaction, so nothing is done twice or lost.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from grader.store.database import reading, writing
from grader.store.site_tables import jobs, progress_events

JobState = Literal["waiting", "running", "done", "failed"]
# What is graded, and what is computed for staff: different hands take them, so that no student
# waits behind what takes long.
Lane = Literal["grading", "staff"]
FOR_STAFF = 1000  # the priority from which on a job is of that lane
_WAITING = "waiting"
_RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is to be done. Of one key there is one job at a time that is not done."""

    key: str
    course: str
    priority: int  # the smallest first
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job as it is; `attempt` counts how often it was claimed."""

    id: int
    key: str
    payload: Mapping[str, Any]
    state: JobState
    attempt: int
    made_at: datetime
    not_before: datetime
    worker: str
    finished_at: datetime | None
    result: str


@dataclass(frozen=True, slots=True)
class JobEvent:
    """What a worker said of a job while it worked; later ones have larger numbers."""

    number: int
    job: int
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """How far a job is: its place among those that wait, and what its worker last said."""

    state: JobState
    position: int  # 1 is the next one; 0 where it does not wait
    n_waiting: int
    not_before: datetime
    attempt: int
    reason: str  # why it waits again, or failed
    event: JobEvent | None


def add_job(connection: Connection, job: NewJob, *, at: datetime) -> None:
    """Put a job into the queue within a transaction of the caller's.

    One of the same key that ended is done anew; one that waits or runs stays as it is.
    """
    found = connection.execute(select(jobs.c.id, jobs.c.state).where(jobs.c.key == job.key)).first()
    values = {
        "course": job.course,
        "priority": job.priority,
        "payload": dict(job.payload),
        "state": _WAITING,
        "attempt": 0,
        "made_at": at,
        "not_before": at,
        "finished_at": None,
        "result": None,
    }
    if found is None:
        connection.execute(insert(jobs).values(values | {"key": job.key}))
    elif found.state not in (_WAITING, _RUNNING):
        connection.execute(update(jobs).where(jobs.c.id == found.id).values(values))


class JobsStore:
    """The queue of one course. Each method is one transaction."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine, self._course = engine, course

    def add(self, job: NewJob, *, at: datetime) -> None:
        """Put a job into the queue; see `add_job`."""
        with writing(self._engine) as connection:
            add_job(connection, job, at=at)

    def claim(
        self, worker: str, *, at: datetime, until: datetime, lane: Lane = "grading"
    ) -> StoredJob | None:
        """Take the next job: one that waits, or whose worker has not been heard of in time."""
        if not self._has_some(at, lane):  # so that idle workers write nothing
            return None
        following = (
            select(jobs.c.id)
            .where(self._can_be_taken(at), _in_lane(lane))
            .order_by(jobs.c.priority, jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(jobs)
            .where(jobs.c.id == following.scalar_subquery())
            .values(state=_RUNNING, attempt=jobs.c.attempt + 1, leased_until=until, worker=worker)
            .returning(*jobs.c)
        )
        with writing(self._engine) as connection:
            row = connection.execute(taken).first()
        return None if row is None else _job(row)

    def renew(self, job: StoredJob, *, until: datetime) -> bool:
        """Keep hold of a claimed job; False if another has it, or it ended."""
        with writing(self._engine) as connection:
            statement = update(jobs).where(_held(job)).values(leased_until=until)
            return bool(connection.execute(statement).rowcount)

    def finish(
        self,
        job: StoredJob,
        *,
        at: datetime,
        result: str = "",
        state: Literal["done", "failed"] = "done",
        also: Callable[[Connection], None] | None = None,
    ) -> bool:
        """End a claimed job, and keep what came of it, or neither; False if another has it.

        Args:
            also: what is written in the same transaction.
        """
        values = {"state": state, "finished_at": at, "result": result, "leased_until": None}
        with writing(self._engine) as connection:
            if not connection.execute(update(jobs).where(_held(job)).values(values)).rowcount:
                return False
            connection.execute(delete(progress_events).where(progress_events.c.job == job.id))
            if also is not None:
                also(connection)
        return True

    def put_back(
        self,
        job: StoredJob,
        *,
        not_before: datetime,
        reason: str,
        also: Callable[[Connection], None] | None = None,
    ) -> bool:
        """Let a claimed job wait again, until then at least; False if another has it."""
        values = {
            "state": _WAITING,
            "not_before": not_before,
            "result": reason,
            "leased_until": None,
        }
        with writing(self._engine) as connection:
            if not connection.execute(update(jobs).where(_held(job)).values(values)).rowcount:
                return False
            if also is not None:
                also(connection)
        return True

    def say(self, job: StoredJob, event: Mapping[str, Any], *, at: datetime) -> None:
        """Keep what is known of a job so far; earlier words of it are gone."""
        with writing(self._engine) as connection:
            connection.execute(delete(progress_events).where(progress_events.c.job == job.id))
            row = {"job": job.id, "at": at, "event": dict(event)}
            connection.execute(insert(progress_events).values(row))

    def job(self, key: str) -> StoredJob | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(jobs).where(jobs.c.key == key)).first()
        return None if row is None else _job(row)

    def jobs(self, keys: list[str]) -> Mapping[str, StoredJob]:
        """Those of these keys, by key."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(jobs).where(jobs.c.key.in_(keys))).all()
        return {row.key: _job(row) for row in rows}

    def progress(self, ids: Iterable[int]) -> Mapping[int, JobProgress]:
        """How far these jobs are, by id."""
        wanted = list(ids)
        columns = progress_events.c
        order = (
            select(jobs.c.id)
            .where(jobs.c.course == self._course, jobs.c.state == _WAITING)
            .order_by(jobs.c.priority, jobs.c.id)
        )
        said = select(columns.id, columns.job, columns.event).where(columns.job.in_(wanted))
        with reading(self._engine) as connection:
            waiting = list(connection.scalars(order))
            events = {
                row.job: JobEvent(row.id, row.job, row.event) for row in connection.execute(said)
            }
            query = select(jobs).where(jobs.c.id.in_(wanted)).order_by(jobs.c.id)
            rows = connection.execute(query).all()
        places = {job: place for place, job in enumerate(waiting, start=1)}
        return {
            row.id: JobProgress(
                state=row.state,
                position=places.get(row.id, 0),
                n_waiting=len(waiting),
                not_before=row.not_before,
                attempt=row.attempt,
                reason=row.result or "",
                event=events.get(row.id),
            )
            for row in rows
        }

    def counts(self) -> Mapping[str, int]:
        """How many jobs are in each state."""
        query = (
            select(jobs.c.state, func.count())
            .where(jobs.c.course == self._course)
            .group_by(jobs.c.state)
        )
        with reading(self._engine) as connection:
            return {state: number for state, number in connection.execute(query)}

    def waits_since(self, at: datetime) -> datetime | None:
        """When the job was put into the queue that waits longest and could be taken."""
        query = select(func.min(jobs.c.not_before)).where(self._can_be_taken(at))
        with reading(self._engine) as connection:
            found: datetime | None = connection.scalar(query)
        return found

    def _has_some(self, at: datetime, lane: Lane) -> bool:
        query = select(jobs.c.id).where(self._can_be_taken(at), _in_lane(lane)).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def _can_be_taken(self, at: datetime) -> ColumnElement[bool]:
        waits = and_(jobs.c.state == _WAITING, jobs.c.not_before <= at)
        left = and_(jobs.c.state == _RUNNING, jobs.c.leased_until < at)
        return and_(jobs.c.course == self._course, or_(waits, left))


def _in_lane(lane: Lane) -> ColumnElement[bool]:
    return jobs.c.priority >= FOR_STAFF if lane == "staff" else jobs.c.priority < FOR_STAFF


def _held(job: StoredJob) -> ColumnElement[bool]:
    """Whether the claim of a worker still stands: nobody has claimed it since."""
    return and_(jobs.c.id == job.id, jobs.c.attempt == job.attempt, jobs.c.state == _RUNNING)


def _job(row: Row[Any]) -> StoredJob:
    return StoredJob(
        id=row.id,
        key=row.key,
        payload=row.payload,
        state=row.state,
        attempt=row.attempt,
        made_at=row.made_at,
        not_before=row.not_before,
        worker=row.worker or "",
        finished_at=row.finished_at,
        result=row.result or "",
    )
