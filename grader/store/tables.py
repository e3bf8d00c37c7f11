"""The tables. A change of them is a step at the end of `STEPS`, which brings older stores along."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    insert,
    inspect,
    select,
    text,
    update,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time. SQLite keeps no time zone, so all are kept as UTC without one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("student", String(200), nullable=False, index=True),
    Column("topic", String(200), nullable=False),
    Column("topic_digest", String(64), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("marks", Text),
    Column("number", Integer, nullable=False, server_default=text("0")),
    # two programs that begin an attempt at the same moment begin one
    Index("attempts_numbers", "student", "topic", "number", unique=True),
)

# Rows are only added: an answer that is changed leaves the earlier one to be seen.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt", ForeignKey("attempts.id"), nullable=False, index=True),
    Column("item", String(200), nullable=False),
    Column("response", JSON, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
)


def _number_attempts(connection: Connection) -> None:
    """Version 2: attempts of a student at a quiz have numbers, from 1."""
    for statement in (
        "ALTER TABLE attempts ADD COLUMN number INTEGER DEFAULT 0 NOT NULL",
        "UPDATE attempts SET number = (SELECT count(*) FROM attempts AS earlier"
        " WHERE earlier.student = attempts.student AND earlier.topic = attempts.topic"
        " AND earlier.id <= attempts.id)",
        "CREATE UNIQUE INDEX attempts_numbers ON attempts (student, topic, number)",
    ):
        connection.execute(text(statement))


# The step at place n leads from version n + 1 to n + 2. Tables that are new in a version need no
# statement of their own, since all that are missing are made after the steps.
STEPS: tuple[Callable[[Connection], None], ...] = (_number_attempts,)
VERSION = 1 + len(STEPS)
_LOCK = 7_413_211  # any number that nothing else in the database locks


def bring_up_to_date(connection: Connection) -> int:
    """Make the tables if there are none, and bring older ones along; the version it has then.

    Tables of a newer version are left as they are.
    """
    found = _found_version(connection)
    if found is not None and found >= VERSION:
        return found
    if connection.dialect.name == "postgresql":  # SQLite's transactions wait for each other anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _found_version(connection)
    for step in STEPS[found - 1 :] if found else ():
        step(connection)
    metadata.create_all(connection)
    if found is None:
        connection.execute(insert(schema_version).values(version=VERSION))
    elif found < VERSION:
        connection.execute(update(schema_version).values(version=VERSION))
    return max(found or 0, VERSION)


def _found_version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(schema_version.name):
        return None
    found: int | None = connection.scalar(select(schema_version.c.version))
    return found
