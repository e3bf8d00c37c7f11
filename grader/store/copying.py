"""A whole store copied into an empty one, whatever databases the two are."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from grader.store.columns import metadata
from grader.store.database import StoreError, open_database, reading, shown_name, writing
from grader.store.tables import schema_version

_ROWS = 500  # at a time


def copy_store(source: Engine, target: Engine) -> int:
    """Copy all rows as they are at one moment; how many there were.

    Others may go on writing to the source meanwhile. The target gets all or nothing.

    Raises:
        StoreError: the target holds something already, or one of them cannot be used.
    """
    with reading(source) as read, writing(target) as written:
        if read.dialect.name == "postgresql":  # one moment for all tables
            read.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        tables = [table for table in metadata.sorted_tables if table is not schema_version]
        _assert_empty(written, tables, target)
        copied = sum(_copy(read, written, table) for table in tables)
        if written.dialect.name == "postgresql":
            for table in tables:
                _count_on(written, table)
    return copied


def copy_store_to_file(source: Engine, path: Path) -> int:
    """Copy a store into a new SQLite file; how many rows there were.

    Raises:
        StoreError: see `copy_store`.
    """
    target = open_database(path)
    try:
        return copy_store(source, target)
    finally:
        target.dispose()


def _assert_empty(connection: Connection, tables: Sequence[Table], target: Engine) -> None:
    for table in tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise StoreError(
                "holds something already, and nothing was written to it",
                at=shown_name(target),
                fix="Name a store that is empty or not there yet.",
            )


def _copy(source: Connection, target: Connection, table: Table) -> int:
    copied = 0
    for rows in _parts(source, table):
        target.execute(insert(table), rows)
        copied += len(rows)
    return copied


def _parts(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    keys = list(table.primary_key.columns)
    found = source.execution_options(yield_per=_ROWS).execute(select(table).order_by(*keys))
    for part in found.mappings().partitions(_ROWS):
        yield [dict(row) for row in part]


def _count_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL give the next row the number after the last one that was copied."""
    key = table.autoincrement_column
    if key is None:
        return
    last = connection.scalar(select(func.max(key)))
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        connection.execute(select(func.setval(sequence, last)))
