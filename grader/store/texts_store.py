"""What the files of a course were before somebody saved them on the site."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select

from grader.store.audit_store import AuditEntry, add_entry
from grader.store.database import reading, writing
from grader.store.staff_tables import earlier_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierText:
    """The text of a file until `at`, when `by` saved another."""

    id: int
    at: datetime
    by: str
    text: str


class TextsStore:
    """The earlier texts of one course."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine, self._course = engine, course

    def keep(self, file: str, text: str, *, entry: AuditEntry) -> int:
        """Keep the text that is about to be replaced; the id of the log's entry."""
        values = {"course": self._course, "file": file, "at": entry.at, "by": entry.who}
        with writing(self._engine) as connection:
            connection.execute(insert(earlier_texts).values(values | {"text": text}))
            return add_entry(connection, self._course, entry)

    def of(self, file: str, *, most: int = 20) -> tuple[EarlierText, ...]:
        """The last texts of a file, the newest first."""
        columns = earlier_texts.c
        query = (
            select(columns.id, columns.at, columns.by, columns.text)
            .where(columns.course == self._course, columns.file == file)
            .order_by(columns.id.desc())
            .limit(most)
        )
        with reading(self._engine) as connection:
            return tuple(EarlierText(**row._mapping) for row in connection.execute(query))
