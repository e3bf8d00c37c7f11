"""Attempts at quizzes and their answers, in any database that SQLAlchemy reaches."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from grader.errors import GraderFault
from grader.store.tables import VERSION, answers, attempts, bring_up_to_date

Response = str | tuple[str, ...]
_CONNECT_SECONDS = 10
_LOCK_SECONDS = 30  # of waiting for others who write to the same file


class StoreError(GraderFault):
    """The store cannot be opened, read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """One attempt. `marks` is the JSON of the marks as they were when it was finished."""

    id: int
    student: str
    topic: str
    topic_digest: str
    seed: int
    settings: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None = None
    marks: str | None = None
    number: int = 1  # of the student's attempts at this topic or quiz


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """One answer that was given, whether or not a later one replaced it."""

    item: str
    response: Response
    answered_at: datetime


class QuizStore:
    """An open store. Each method is one transaction; what it wrote survives any crash after it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> "QuizStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    def begin(
        self,
        *,
        student: str,
        topic: str,
        topic_digest: str,
        seed: int,
        settings: Mapping[str, Any],
        at: datetime,
        number: int | None = None,
    ) -> StoredAttempt:
        """Store a new attempt.

        `number` is that of the new attempt; by default the next. If another program has begun
        this one in the meantime, that attempt is returned, so nobody loses an attempt to a race.
        """
        values = {
            "student": student,
            "topic": topic,
            "topic_digest": topic_digest,
            "seed": seed,
            "settings": dict(settings),
            "started_at": at,
        }
        earlier = (attempts.c.student == student, attempts.c.topic == topic)
        with self._transaction() as connection:
            if number is None:
                last = select(func.coalesce(func.max(attempts.c.number), 0)).where(*earlier)
                number = int(connection.scalar(last) or 0) + 1
            same = select(attempts).where(*earlier, attempts.c.number == number)
            try:
                with connection.begin_nested():
                    connection.execute(insert(attempts).values(values | {"number": number}))
            except IntegrityError:
                pass  # it is there already
            return _attempt(connection.execute(same).one())

    def attempts(
        self, *, student: str | None = None, topic: str | None = None
    ) -> tuple[StoredAttempt, ...]:
        """The attempts, oldest first: of a student or of all, at one topic or quiz or at all."""
        query = select(attempts).order_by(attempts.c.id)
        if student is not None:
            query = query.where(attempts.c.student == student)
        if topic is not None:
            query = query.where(attempts.c.topic == topic)
        with self._transaction() as connection:
            return tuple(map(_attempt, connection.execute(query)))

    def attempt(self, attempt: int) -> StoredAttempt:
        """One attempt as it is now."""
        with self._transaction() as connection:
            return self._locked(connection, attempt, wait=False)

    def answers(self, attempt: int) -> tuple[StoredAnswer, ...]:
        """All answers of an attempt, oldest first."""
        with self._transaction() as connection:
            return _answers_of(connection, attempt)

    def save_answer(
        self, attempt: int, *, item: str, response: Response, at: datetime, is_final: bool = False
    ) -> bool:
        """Add an answer; whether it is now the one that counts.

        The same answer once more changes nothing. An answer to an attempt that was handed in, or
        another one to a question whose first answer is final, is not stored.
        """
        stored = response if isinstance(response, str) else list(response)
        values = {"attempt": attempt, "item": item, "response": stored, "answered_at": at}
        with self._transaction() as connection:
            is_open = self._locked(connection, attempt).finished_at is None
            earlier = [a for a in _answers_of(connection, attempt) if a.item == item]
            if earlier and earlier[-1].response == response:
                return True
            if not is_open or (is_final and earlier):
                return False
            connection.execute(insert(answers).values(values))
        return True

    def hand_in(
        self, attempt: int, *, at: datetime, mark: Callable[[tuple[StoredAnswer, ...]], str]
    ) -> None:
        """Close an attempt; doing it twice changes nothing.

        `mark` makes the marks of the answers that are stored at that moment, so that one given in
        another window just before is marked, too.
        """
        with self._transaction() as connection:
            if self._locked(connection, attempt).finished_at is not None:
                return
            marks = mark(_answers_of(connection, attempt))
            statement = update(attempts).where(attempts.c.id == attempt)
            connection.execute(statement.values(finished_at=at, marks=marks))

    def finish(self, attempt: int, *, at: datetime, marks: str) -> None:
        """Close an attempt with marks made before; doing it twice changes nothing."""
        self.hand_in(attempt, at=at, mark=lambda _: marks)

    def _locked(self, connection: Connection, attempt: int, *, wait: bool = True) -> StoredAttempt:
        """The attempt, which nobody else changes until the transaction ends if we `wait`."""
        query = select(attempts).where(attempts.c.id == attempt)
        row = connection.execute(query.with_for_update() if wait else query).one_or_none()
        if row is None:
            raise StoreError(
                f"there is no attempt {attempt}", at=_name(self._engine.url), fix="Begin one."
            )
        return _attempt(row)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _faults_of(self._engine.url), self._engine.begin() as connection:
            yield connection


def default_store() -> Path:
    """The file in the user's data folder, after the XDG rules."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "grader" / "quiz.sqlite"


def open_store(where: str | Path) -> QuizStore:
    """Open a store by the path of an SQLite file, which is made if missing, or by database URL.

    Raises:
        StoreError: there is no such database, it cannot be used, or a newer grader made it.
    """
    url = _url(where)
    with _faults_of(url):
        engine = _engine(url)
        with engine.begin() as connection:
            found = bring_up_to_date(connection)
    if found > VERSION:
        engine.dispose()
        raise StoreError(
            f"was made by a newer grader (its version is {found}, this one knows {VERSION})",
            at=_name(url),
            fix="Update the grader, or name another store.",
        )
    return QuizStore(engine)


def _url(where: str | Path) -> URL:
    if "://" not in str(where):
        return URL.create("sqlite", database=str(Path(where).expanduser()))
    try:
        url = make_url(str(where))
    except SQLAlchemyError as error:
        raise StoreError(
            "the URL of the store cannot be read",
            fix="Write a path, or e.g. postgresql://user@host/database.",
        ) from error
    if url.drivername in ("postgresql", "postgres"):  # which driver that is changed over time
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL) -> Engine:
    if url.drivername == "postgresql+psycopg":
        waits = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
        # a taker thinks for minutes: a connection that was cut meanwhile is opened anew
        return create_engine(url, pool_pre_ping=True, connect_args=waits)
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    if not url.database or url.database == ":memory:":
        engine = create_engine(url)
    else:
        if not url.database.startswith("file:"):  # a URI: whose it is has made the folder
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        waits = {} if "timeout" in url.query else {"timeout": _LOCK_SECONDS}
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
    connection.exec_driver_sql("BEGIN IMMEDIATE")


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


def _attempt(row: Row[Any]) -> StoredAttempt:
    return StoredAttempt(**row._mapping)


def _answers_of(connection: Connection, attempt: int) -> tuple[StoredAnswer, ...]:
    query = select(answers).where(answers.c.attempt == attempt).order_by(answers.c.id)
    return tuple(map(_answer, connection.execute(query)))


def _answer(row: Row[Any]) -> StoredAnswer:
    response = row.response if isinstance(row.response, str) else tuple(row.response)
    return StoredAnswer(item=row.item, response=response, answered_at=row.answered_at)
