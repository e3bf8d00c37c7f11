"""Who of the staff did what, when, and about whom: rows that are only added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, or_, select

from grader.store.database import reading, writing
from grader.store.site_tables import audit_log

_WHO, _WHAT, _ABOUT = 200, 100, 300  # characters that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One deed. `about` names whom or what it concerned; `details` hold no text of students."""

    at: datetime
    who: str
    what: str
    about: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWish:
    """Which entries are wanted; empty words want all."""

    who: str = ""
    what: str = ""
    search: str = ""  # in what it was about
    before: int | None = None  # only those older than the entry of this id
    most: int = 100


class AuditStore:
    """The audit log of one course."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine = engine
        self._course = course

    def add(self, entry: AuditEntry) -> int:
        """Keep an entry; its id."""
        with writing(self._engine) as connection:
            return add_entry(connection, self._course, entry)

    def entry(self, id_: int) -> AuditEntry | None:
        with reading(self._engine) as connection:
            row = connection.execute(self._all().where(audit_log.c.id == id_)).first()
        return None if row is None else _entry(row)

    def entries(self, wish: AuditWish) -> tuple[tuple[int, AuditEntry], ...]:
        """The entries with their ids, the newest first."""
        columns = audit_log.c
        query = self._all().order_by(columns.id.desc()).limit(wish.most)
        if wish.who:
            query = query.where(columns.who == wish.who)
        if wish.what:
            query = query.where(columns.what == wish.what)
        if wish.search:
            lowered = wish.search.lower()
            query = query.where(
                or_(
                    func.lower(columns.about).contains(lowered, autoescape=True),
                    func.lower(columns.what).contains(lowered, autoescape=True),
                )
            )
        if wish.before is not None:
            query = query.where(columns.id < wish.before)
        with reading(self._engine) as connection:
            return tuple((row.id, _entry(row)) for row in connection.execute(query))

    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who is in the log, and which deeds are."""
        with reading(self._engine) as connection:
            found = [
                tuple(
                    connection.scalars(
                        select(column)
                        .where(audit_log.c.course == self._course)
                        .distinct()
                        .order_by(column)
                    )
                )
                for column in (audit_log.c.who, audit_log.c.what)
            ]
        return found[0], found[1]

    def _all(self) -> Select[Any]:
        return select(audit_log).where(audit_log.c.course == self._course)


def add_entry(connection: Connection, course: str, entry: AuditEntry) -> int:
    """Add an entry within a transaction, so that a deed and its entry are one; its id."""
    values = {
        "course": course,
        "at": entry.at,
        "who": entry.who[:_WHO],
        "what": entry.what[:_WHAT],
        "about": entry.about[:_ABOUT],
        "details": dict(entry.details),
    }
    return int(connection.scalars(insert(audit_log).values(values).returning(audit_log.c.id)).one())


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(at=row.at, who=row.who, what=row.what, about=row.about, details=row.details)
