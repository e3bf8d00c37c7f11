"""What students handed in to a site: names, sizes and bytes, as they came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, Select, func, insert, select

from grader.store.database import reading, writing
from grader.store.jobs_store import NewJob, add_job
from grader.store.quiz_rows import row_id
from grader.store.reports_store import reports_of
from grader.store.site_tables import hand_ins, handed_files
from grader.store.tables import code_classes, people


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedName:
    """One file of a hand-in, without its bytes."""

    name: str  # as the browser sent it
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHandIn:
    """One hand-in of a person to a class; `digest` is that of all names and contents."""

    id: int
    assignment: str
    person: str
    number: int
    received_at: datetime
    digest: str
    size: int
    files: tuple[HandedName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHandIn:
    """A hand-in that came in just now."""

    assignment: str
    person: str
    received_at: datetime
    digest: str
    files: tuple[HandedName, ...]
    contents: tuple[bytes, ...]  # one of each file


class HandInsStore:
    """The hand-ins of one course. Each method is one transaction."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine, self._course = engine, course

    def receive(self, new: NewHandIn, *, priority: int) -> tuple[StoredHandIn, bool]:
        """Keep a hand-in, with its job in the queue; False if it was there already.

        The same files as those of the person's newest hand-in are that hand-in.
        """
        kept = reports_of(self._engine, course=self._course, assignment=new.assignment)
        with writing(self._engine) as connection:
            person = row_id(connection, people.c.name, new.person)
            # of two uploads at the same moment, the second finds the first
            connection.execute(select(people.c.id).where(people.c.id == person).with_for_update())
            own = self._query().where(
                hand_ins.c.code_class == kept.class_id, hand_ins.c.person == person
            )
            last = connection.execute(own.order_by(hand_ins.c.number.desc()).limit(1)).first()
            if last is not None and last.digest == new.digest:
                return _hand_in(last), False
            values: dict[str, Any] = {
                "code_class": kept.class_id,
                "person": person,
                "number": last.number + 1 if last is not None else 1,
                "received_at": _after(last, new.received_at),
                "digest": new.digest,
                "size": sum(file.size for file in new.files),
                "files": [
                    {"name": file.name, "size": file.size, "digest": file.digest}
                    for file in new.files
                ],
            }
            made = connection.execute(insert(hand_ins).values(values)).inserted_primary_key
            assert made is not None
            for file, content in zip(new.files, new.contents, strict=True):
                values = {"hand_in": made[0], "name": file.name, "content": content}
                connection.execute(insert(handed_files).values(values))
            job = NewJob(
                key=f"grade {made[0]}",
                course=self._course,
                priority=priority,
                payload={"kind": "grade", "hand_in": made[0]},
            )
            add_job(connection, job, at=new.received_at)
            row = connection.execute(self._query().where(hand_ins.c.id == made[0])).one()
            return _hand_in(row), True

    def of_person(self, assignment: str, person: str) -> tuple[StoredHandIn, ...]:
        """All of a person for an assignment, by number."""
        query = self._query().where(
            code_classes.c.assignment == assignment, people.c.name == person
        )
        with reading(self._engine) as connection:
            return tuple(map(_hand_in, connection.execute(query.order_by(hand_ins.c.number))))

    def by_id(self, hand_in: int) -> StoredHandIn | None:
        with reading(self._engine) as connection:
            row = connection.execute(self._query().where(hand_ins.c.id == hand_in)).first()
        return None if row is None else _hand_in(row)

    def contents(self, hand_in: int) -> tuple[tuple[str, bytes], ...]:
        """The files with their bytes, in the order in which they were sent."""
        columns = handed_files.c
        query = select(columns.name, columns.content).where(columns.hand_in == hand_in)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(columns.id)).all()
        return tuple((row.name, row.content) for row in rows)

    def received_since(self, assignment: str, person: str, since: datetime) -> list[datetime]:
        """When a person handed in since then, oldest first."""
        query = (
            self._query()
            .where(
                code_classes.c.assignment == assignment,
                people.c.name == person,
                hand_ins.c.received_at > since,
            )
            .order_by(hand_ins.c.received_at)
        )
        with reading(self._engine) as connection:
            return [row.received_at for row in connection.execute(query)]

    def total_bytes(self) -> int:
        """Of all that was handed in to the course."""
        query = (
            select(func.sum(hand_ins.c.size))
            .select_from(hand_ins.join(code_classes))
            .where(code_classes.c.course == self._course)
        )
        with reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def newest(self, assignment: str) -> Mapping[str, StoredHandIn]:
        """The newest of each person, by name."""
        query = self._query().where(code_classes.c.assignment == assignment)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(hand_ins.c.number))
            return {row.person_name: _hand_in(row) for row in rows}

    def _query(self) -> Select[Any]:
        joined = hand_ins.join(code_classes, hand_ins.c.code_class == code_classes.c.id).join(
            people, hand_ins.c.person == people.c.id
        )
        return (
            select(hand_ins, code_classes.c.assignment, people.c.name.label("person_name"))
            .select_from(joined)
            .where(code_classes.c.course == self._course)
        )


def _after(last: Row[Any] | None, at: datetime) -> datetime:
    """When it came: later than the one before, also where the clock was set back."""
    if last is None:
        return at
    before: datetime = last.received_at
    return max(at, before + timedelta(microseconds=1))


def _hand_in(row: Row[Any]) -> StoredHandIn:
    return StoredHandIn(
        id=row.id,
        assignment=row.assignment,
        person=row.person_name,
        number=row.number,
        received_at=row.received_at,
        digest=row.digest,
        size=row.size,
        files=tuple(HandedName(**file) for file in row.files),
    )
