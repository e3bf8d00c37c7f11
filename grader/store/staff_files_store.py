"""What was computed for staff and is kept until it is computed anew."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from grader.store.database import reading, writing
from grader.store.staff_tables import staff_files


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFile:
    """A file, and when it was made."""

    made_at: datetime
    content: bytes


class StaffFilesStore:
    """The files of one course, by kind and name."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine, self._course = engine, course

    def file(self, kind: str, name: str) -> StaffFile | None:
        columns = staff_files.c
        query = select(columns.made_at, columns.content).where(
            columns.course == self._course, columns.kind == kind, columns.name == name
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else StaffFile(made_at=row.made_at, content=row.content)

    def keep(self, kind: str, name: str, content: bytes, *, at: datetime) -> None:
        """Keep a file in place of the one before."""
        with writing(self._engine) as connection:
            self.keep_within(connection, kind, name, content=content, at=at)

    def keep_within(
        self, connection: Connection, kind: str, name: str, *, content: bytes, at: datetime
    ) -> None:
        """The same within a transaction of the caller's."""
        columns = staff_files.c
        names = {"course": self._course, "kind": kind, "name": name}
        values = {"made_at": at, "content": content}
        statement = update(staff_files).where(
            columns.course == self._course, columns.kind == kind, columns.name == name
        )
        if connection.execute(statement.values(values)).rowcount == 0:
            connection.execute(insert(staff_files).values(names | values))
