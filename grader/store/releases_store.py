"""Whether students see the grades of an assignment or a quiz: they do until somebody hides them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, insert, select, update

from grader.store.audit_store import AuditEntry, add_entry
from grader.store.database import reading, writing
from grader.store.site_tables import grade_releases

GradeKind = Literal["code", "quiz"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRelease:
    """What holds for the grades of one assignment (`code`) or quiz."""

    is_shown: bool = True
    since: datetime | None = None  # None: nobody has said anything yet


class ReleasesStore:
    """The releases of one course."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine = engine
        self._course = course

    def release(self, kind: GradeKind, name: str) -> GradeRelease:
        columns = grade_releases.c
        query = select(columns.is_shown, columns.since).where(
            columns.course == self._course, columns.kind == kind, columns.name == name
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return GradeRelease() if row is None else GradeRelease(is_shown=row[0], since=row[1])

    def hidden(self, kind: GradeKind) -> frozenset[str]:
        """The names of what is hidden from students."""
        columns = grade_releases.c
        query = select(columns.name).where(
            columns.course == self._course, columns.kind == kind, columns.is_shown.is_(False)
        )
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(query))

    def show(self, kind: GradeKind, name: str, *, is_shown: bool, entry: AuditEntry) -> int:
        """Let students see grades from now on, or no longer; the id of the entry in the log."""
        columns = grade_releases.c
        names = {"course": self._course, "kind": kind, "name": name}
        values = {"is_shown": is_shown, "since": entry.at}
        statement = update(grade_releases).where(
            columns.course == self._course, columns.kind == kind, columns.name == name
        )
        with writing(self._engine) as connection:
            if connection.execute(statement.values(values)).rowcount == 0:
                connection.execute(insert(grade_releases).values(names | values))
            return add_entry(connection, self._course, entry)
