"""The tables. A change of them raises `VERSION` and says in `bring_up_to_date` how to get there."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    insert,
    select,
)

VERSION = 1


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


def bring_up_to_date(connection: Connection) -> int:
    """Make the tables if there are none; the version that the store has then.

    Tables of a newer version are left as they are.
    """
    metadata.create_all(connection, tables=[schema_version])
    found: int | None = connection.scalar(select(schema_version.c.version))
    if found is not None:
        return found
    metadata.create_all(connection)
    connection.execute(insert(schema_version).values(version=VERSION))
    return VERSION
