"""Stores of earlier versions are brought along, with all that is in them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    inspect,
)

from grader.store.quiz_store import StoredAnswer, open_store
from grader.store.tables import STEPS, VERSION

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
PLAIN = START.replace(tzinfo=None)

# The tables of version 1, word for word as they were.
version_1 = MetaData()
schema_version = Table("schema_version", version_1, Column("version", Integer, nullable=False))
attempts = Table(
    "attempts",
    version_1,
    Column("id", Integer, primary_key=True),
    Column("student", String(200), nullable=False, index=True),
    Column("topic", String(200), nullable=False),
    Column("topic_digest", String(64), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("marks", Text),
)
answers = Table(
    "answers",
    version_1,
    Column("id", Integer, primary_key=True),
    Column("attempt", ForeignKey("attempts.id"), nullable=False, index=True),
    Column("item", String(200), nullable=False),
    Column("response", JSON, nullable=False),
    Column("answered_at", DateTime, nullable=False),
)


def engine_of(database):
    if "://" not in database:
        return create_engine(f"sqlite:///{database}")
    return create_engine(database.replace("postgresql:", "postgresql+psycopg:"))


@pytest.fixture
def old(database, tmp_path):
    """A store of version 1 with three attempts, two of them ada's at one topic."""
    (tmp_path / "deep").mkdir()
    engine = engine_of(database)
    version_1.create_all(engine)
    rows = [
        {"student": student, "topic": topic, "topic_digest": "d", "seed": seed, "marks": marks}
        | {"settings": {"feedback": "end"}, "started_at": PLAIN}
        | {"finished_at": PLAIN if marks else None}
        for student, topic, seed, marks in (
            ("ada", "sample", 1, '{"points": "2/3"}'),
            ("bob", "sample", 2, None),
            ("ada", "sample", 3, None),
        )
    ]
    with engine.begin() as connection:
        connection.execute(schema_version.insert().values(version=1))
        ids = [
            connection.execute(attempts.insert().values(row)).inserted_primary_key[0]
            for row in rows
        ]
        values = {"attempt": ids[2], "item": "x", "response": ["b", "a"], "answered_at": PLAIN}
        connection.execute(answers.insert().values(values))
    engine.dispose()
    return database


def schema(database):
    """Tables, columns and indexes as the database has them."""
    engine = engine_of(database)
    found = inspect(engine)
    shape = {
        table: (
            [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            ],
            sorted((index["name"], index["unique"]) for index in found.get_indexes(table)),
        )
        for table in found.get_table_names()
    }
    engine.dispose()
    return shape


def test_nothing_is_lost_on_the_way(old):
    with open_store(old) as store:
        first, second = store.attempts(student="ada", topic="sample")
        assert (first.seed, first.marks, first.finished_at) == (1, '{"points": "2/3"}', START)
        assert (second.seed, second.settings, second.finished_at) == (3, {"feedback": "end"}, None)
        assert store.answers(second.id) == (
            StoredAnswer(item="x", response=("b", "a"), answered_at=START),
        )


def test_attempts_get_their_numbers(old):
    with open_store(old) as store:
        numbers = [(attempt.student, attempt.number) for attempt in store.attempts()]
    assert numbers == [("ada", 1), ("bob", 1), ("ada", 2)]


def test_an_old_store_becomes_what_a_new_one_is(old, request, tmp_path):
    is_sqlite = "://" not in old
    new = tmp_path / "new.sqlite" if is_sqlite else request.getfixturevalue("postgres").database()
    new = str(new)
    assert schema(old) != schema(new)
    open_store(old).close()
    open_store(new).close()
    assert schema(old) == schema(new)


def test_a_store_that_was_brought_along_is_used_like_any_other(old):
    for _ in range(2):  # the second time there is nothing to be done
        with open_store(old) as store:
            store.begin(
                student="ada", topic="sample", topic_digest="", seed=9, settings={}, at=START
            )
    with open_store(old) as store:
        assert [a.number for a in store.attempts(student="ada")] == [1, 2, 3, 4]


def test_several_programs_bring_a_store_along_at_once(old):
    together = threading.Barrier(4)

    def use(_):
        together.wait()
        with open_store(old) as store:
            return len(store.attempts())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))) == [3] * 4


def test_each_version_has_its_step():
    assert len(STEPS) + 1 == VERSION
