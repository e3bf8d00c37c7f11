"""A roster on its way into a course: the file that is looked at, and the import in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from grader.store.accounts_store import Enrolment
from grader.store.audit_store import AuditEntry, add_entry
from grader.store.database import reading, writing
from grader.store.quiz_rows import row_id
from grader.store.site_tables import enrolments
from grader.store.staff_tables import roster_uploads
from grader.store.tables import people


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterUpload:
    """A file that was uploaded and is not imported yet."""

    id: int
    name: str
    content: bytes
    at: datetime


class RosterStore:
    """The rosters of one course."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine = engine
        self._course = course

    def upload(self, name: str, content: bytes, *, by: str, at: datetime) -> int:
        """Keep a file to be looked at, in place of an earlier one of this person; its id."""
        values = {"course": self._course, "by": by, "at": at, "name": name, "content": content}
        with writing(self._engine) as connection:
            connection.execute(self._without(by))
            statement = insert(roster_uploads).values(values).returning(roster_uploads.c.id)
            return int(connection.execute(statement).scalar_one())

    def uploaded(self, upload: int, *, by: str) -> RosterUpload | None:
        """The file of this id, if it is there and was uploaded by this person."""
        columns = roster_uploads.c
        query = select(columns.id, columns.name, columns.content, columns.at).where(
            columns.course == self._course, columns.id == upload, columns.by == by
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else RosterUpload(**row._mapping)

    def forget(self, *, by: str) -> None:
        """Throw the file of a person away."""
        with writing(self._engine) as connection:
            connection.execute(self._without(by))

    def import_all(self, changes: Sequence[Enrolment], *, entry: AuditEntry) -> int:
        """Enter people and change what is known of others, all or none; the id of the log's entry.

        The role of somebody who is there stays.
        """
        with writing(self._engine) as connection:
            for enrolment in changes:
                self._enter(connection, enrolment)
            connection.execute(self._without(entry.who))
            return add_entry(connection, self._course, entry)

    def _enter(self, connection: Connection, enrolment: Enrolment) -> None:
        values: dict[str, Any] = {
            "state": "active" if enrolment.is_active else "dropped",
            "email": enrolment.email,
            "full_name": enrolment.full_name,
            "section": enrolment.section,
            "ids": dict(enrolment.ids),
        }
        person = row_id(connection, people.c.name, enrolment.person)
        known = (enrolments.c.course == self._course) & (enrolments.c.person == person)
        if connection.execute(update(enrolments).where(known).values(values)).rowcount == 0:
            names = {"course": self._course, "person": person, "role": enrolment.role}
            connection.execute(insert(enrolments).values(names | values))

    def _without(self, by: str) -> Any:
        columns = roster_uploads.c
        return delete(roster_uploads).where(columns.course == self._course, columns.by == by)
