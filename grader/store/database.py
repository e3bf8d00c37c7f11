"""A database as SQLAlchemy opens it, its two kinds of transaction, and its errors in one sentence.

A transaction that writes takes SQLite's lock for writing when it begins, so it never finds out
later that it cannot have it. One that reads takes none: it sees what was committed when it began,
while another program writes. On PostgreSQL both are the same.

SQLite keeps its rollback journal. Write-ahead logging would let a reader go on while a writer
commits, too, but it needs shared memory, which a home folder on a network has not, and it makes
three files of a store that people copy and hand in as one. A commit takes milliseconds here. The
store of a site is asked for it: many read there while others write, and `grader backup` copies it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from grader.errors import GraderFault, NoSuchPath
from grader.store.tables import VERSION, bring_up_to_date, found_version

_CONNECT_SECONDS = 10
_LOCK_SECONDS = 30  # of waiting for others who write to the same file
_KINDS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_READS_ONLY = "grader_reads_only"
# Of a file that stays open: a lock, by which the threads of this process write one by one. SQLite
# would have the others sleep and try again, up to 0.1 s each time, in no order.
_TURN = "grader_turn"
_KEPT = 16  # connections of a server to an SQLite file; more are closed after use


class StoreError(GraderFault):
    """The store cannot be opened, read or written."""


class NoSuchStore(NoSuchPath, StoreError):
    """What was named is no place of a store, so nothing was looked at."""


def open_database(where: str | Path, *, stays_open: bool = False) -> Engine:
    """Open a database with the tables of this version, which are made or brought along.

    Args:
        stays_open: keep connections to an SQLite file between transactions, and let the threads
            of this process write in turn: for a server, which has hundreds of them a second. It
            must not fork. Elsewhere the file is held only as long as a transaction takes.

    Raises:
        StoreError: there is no such database, it cannot be used, or a newer grader made it.
    """
    url = _url(where)
    with _faults_of(url):
        engine = _engine(url, stays_open=stays_open)
    with reading(engine) as connection:  # most of the time nothing has to be written
        found = found_version(connection)
    if found is None or found < VERSION:
        with writing(engine) as connection:
            found = bring_up_to_date(connection)
    if found > VERSION:
        engine.dispose()
        raise StoreError(
            f"was made by a newer grader (its version is {found}, this one knows {VERSION})",
            at=shown_name(engine),
            fix="Update the grader, or name another store.",
        )
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write; all of it is kept, or nothing."""
    turn = engine.get_execution_options().get(_TURN, nullcontext())
    with turn, _faults_of(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    reader = engine.execution_options(**{_READS_ONLY: True})
    with _faults_of(engine.url), reader.begin() as connection:
        yield connection


def shown_name(engine: Engine) -> str:
    """The store as the user named it, without a password."""
    return _name(engine.url)


def let_readers_go_on(engine: Engine) -> None:
    """Have readers of an SQLite file go on while somebody writes; on PostgreSQL they do anyway."""
    if engine.dialect.name == "sqlite":
        with _faults_of(engine.url):
            raw = engine.raw_connection()  # it cannot be changed within a transaction
            raw.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
            raw.close()


def _url(where: str | Path) -> URL:
    if "://" not in str(where):
        return URL.create("sqlite", database=str(Path(where).expanduser()))
    try:
        url = make_url(str(where))
    except SQLAlchemyError as error:
        raise NoSuchStore(
            "the URL of the store cannot be read",
            fix="Write a path, or e.g. postgresql://user@host/database.",
        ) from error
    if url.drivername in ("postgresql", "postgres"):  # which driver that is changed over time
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in _KINDS:
        raise NoSuchStore(
            f"{url.drivername!r} is no kind of database that a store can be kept in",
            at=_name(url),
            fix="Write a path for SQLite, or postgresql://user@host/database.",
        )
    return url


def _engine(url: URL, *, stays_open: bool) -> Engine:
    if url.drivername == "postgresql+psycopg":
        waits = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
        # a taker thinks for minutes: a connection that was cut meanwhile is opened anew
        return create_engine(url, pool_pre_ping=True, connect_args=waits)
    if not url.database or url.database == ":memory:":
        engine = create_engine(url)
    else:
        if not url.database.startswith("file:"):  # a URI: whose it is has made the folder
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        waits = {} if "timeout" in url.query else {"timeout": _LOCK_SECONDS}
        if stays_open:
            engine = create_engine(
                url,
                pool_size=_KEPT,
                max_overflow=-1,
                connect_args=waits,
                execution_options={_TURN: RLock()},
            )
        else:
            engine = create_engine(url, poolclass=NullPool, connect_args=waits)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # the driver's own idea of when a transaction begins leaves out table definitions
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE: two processes that make the tables at once wait for each other
    reads_only = connection.get_execution_options().get(_READS_ONLY)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def _faults_of(url: URL) -> Iterator[None]:
    """Turn what a database or its driver says into one sentence."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the driver {error.name!r} of this database is not installed",
            at=_name(url),
            fix="Install it (`pip install 'decoder-grader[postgres]'` for PostgreSQL), or name an"
            " SQLite file.",
        ) from error
    except (SQLAlchemyError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        lines = str(reason).strip().splitlines() or [type(error).__name__]
        raise StoreError(
            f"the store cannot be used: {lines[0]}",
            at=_name(url),
            fix="Check the path or URL, your rights to it, and that it is a quiz store.",
        ) from error


def _name(url: URL) -> str:
    """The store as the user named it, without a password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)
