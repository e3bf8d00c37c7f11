"""Stores of earlier versions are brought along, with all that is in them."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    inspect,
    text,
    update,
)

from grader.store.database import open_database, writing
from grader.store.marking_store import open_marking_store
from grader.store.quiz_store import StoredAnswer, open_store
from grader.store.tables import (
    STEPS,
    VERSION,
    attempts,
    bring_up_to_date,
    found_version,
    metadata,
    schema_version,
)
from tests.grader.store.known_quiz import known_quiz

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
PLAIN = START.replace(tzinfo=None)


def tables_of(version, *, was_marked=False):
    """The tables of an earlier version, word for word as they were."""
    tables = MetaData()
    Table("schema_version", tables, Column("version", Integer, nullable=False))
    numbers = (
        Column("number", Integer, nullable=False, server_default=text("0")),
        Index("attempts_numbers", "student", "topic", "number", unique=True),
    )
    Table(
        "attempts",
        tables,
        Column("id", Integer, primary_key=True),
        Column("student", String(200), nullable=False, index=True),
        Column("topic", String(200), nullable=False),
        Column("topic_digest", String(64), nullable=False),
        Column("seed", Integer, nullable=False),
        Column("settings", JSON, nullable=False),
        Column("started_at", DateTime, nullable=False),
        Column("finished_at", DateTime),
        Column("marks", Text),
        *(numbers if version > 1 else ()),
    )
    Table(
        "answers",
        tables,
        Column("id", Integer, primary_key=True),
        Column("attempt", ForeignKey("attempts.id"), nullable=False, index=True),
        Column("item", String(200), nullable=False),
        Column("response", JSON, nullable=False),
        Column("answered_at", DateTime, nullable=False),
    )
    if was_marked:  # these were made by the first who marked
        Table(
            "decisions",
            tables,
            Column("id", Integer, primary_key=True),
            Column("entry", Text, nullable=False),
        )
        Table(
            "earlier_marks",
            tables,
            Column("id", Integer, primary_key=True),
            Column("attempt", ForeignKey("attempts.id"), nullable=False, index=True),
            Column("replaced_at", DateTime, nullable=False),
            Column("reason", String(500), nullable=False),
            Column("marks", Text, nullable=False),
        )
    return tables


def engine_of(database):
    if "://" not in database:
        return create_engine(f"sqlite:///{database}")
    return create_engine(database.replace("postgresql:", "postgresql+psycopg:"))


def make(database, tables, rows, *, version):
    """Fill an old store; the ids of its attempts."""
    if "://" not in database:
        Path(database).parent.mkdir(exist_ok=True)
    engine = engine_of(database)
    tables.create_all(engine)
    attempts = tables.tables["attempts"]
    with engine.begin() as connection:
        connection.execute(tables.tables["schema_version"].insert().values(version=version))
        ids = [
            connection.execute(attempts.insert().values(row)).inserted_primary_key[0]
            for row in rows
        ]
        values = {"attempt": ids[-1], "item": "x", "response": ["b", "a"], "answered_at": PLAIN}
        connection.execute(tables.tables["answers"].insert().values(values))
        if "earlier_marks" in tables.tables:
            old = {"attempt": ids[0], "replaced_at": PLAIN, "reason": "r", "marks": "{}"}
            connection.execute(tables.tables["earlier_marks"].insert().values(old))
            connection.execute(tables.tables["decisions"].insert().values(entry="one"))
    engine.dispose()
    return ids


@pytest.fixture(params=["version 1", "version 2", "version 2, marked"])
def old(request, database):
    """A store of an earlier version with three attempts, two of them ada's at one topic."""
    version = int(request.param[8])
    rows = [
        {"student": student, "topic": "sample", "topic_digest": "d", "seed": seed, "marks": marks}
        | {"settings": {"feedback": "end"}, "started_at": PLAIN}
        | {"finished_at": PLAIN if marks else None}
        | ({"number": number} if version > 1 else {})
        for student, seed, number, marks in (
            ("ada", 1, 1, '{"points": "2/3"}'),
            ("bob", 2, 1, None),
            ("ada", 3, 2, None),
        )
    ]
    tables = tables_of(version, was_marked="marked" in request.param)
    make(database, tables, rows, version=version)
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
            sorted(
                (index["name"], index["unique"], index["column_names"])
                for index in found.get_indexes(table)
            ),
            sorted(
                (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in found.get_foreign_keys(table)
            ),
        )
        for table in found.get_table_names()
    }
    engine.dispose()
    return shape


def test_nothing_is_lost_on_the_way(old):
    with open_store(old) as store:
        first, second = store.attempts(student="ada")
        assert first.quiz is second.quiz is None
        assert [attempt.id for attempt in store.unclaimed(topic="sample")] == [1, 2, 3]
        assert store.unclaimed(topic="other") == ()
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


def test_decisions_and_earlier_marks_are_kept(old, request):
    with open_marking_store(old) as store:
        was_marked = "marked" in request.node.callspec.params["old"]
        assert store.entries() == (["one"] if was_marked else [])
        assert [e.attempt for e in store.earlier()] == ([1] if was_marked else [])


def test_a_store_that_was_brought_along_is_used_like_any_other(old):
    for _ in range(2):  # the second time there is nothing to be done
        with open_store(old) as store:
            quiz = known_quiz(store)
            store.claim(quiz.id, attempt_ids=[a.id for a in store.unclaimed()])
            store.begin(student="ada", quiz=quiz, topic_digest="", seed=9, settings={}, at=START)
    with open_store(old) as store:
        assert [a.number for a in store.attempts(student="ada", quiz=quiz.id)] == [1, 2, 3, 4]
        assert [a.student for a in store.attempts()] == ["ada", "bob", "ada", "ada", "ada"]


def test_claimed_attempts_follow_those_that_are_there(old):
    with open_store(old) as store:
        quiz = known_quiz(store)
        store.begin(student="ada", quiz=quiz, topic_digest="", seed=9, settings={}, at=START)
        store.claim(quiz.id, attempt_ids=[3, 2, 1])
        other = known_quiz(store, "other")
        store.claim(other.id, attempt_ids=[1])  # it has a quiz already
        numbers = [(a.id, a.number) for a in store.attempts(student="ada", quiz=quiz.id)]
    assert numbers == [(1, 2), (3, 3), (4, 1)]


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


def test_the_tables_do_not_depend_on_what_is_imported(database):
    program = f"from grader.store.quiz_store import open_store; open_store({database!r}).close()"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert sorted(schema(database)) == sorted(metadata.tables)
    assert "decisions" in schema(database)


def test_the_tables_of_a_version_stay_as_they_are(tmp_path):
    """A store of this version may be anywhere: a change is a step, and a new file beside this."""
    open_store(tmp_path / "quiz.sqlite").close()
    connection = sqlite3.connect(tmp_path / "quiz.sqlite")
    made = connection.execute("SELECT sql FROM sqlite_master WHERE sql <> '' ORDER BY name")
    written = Path(__file__).with_name(f"tables_{VERSION}.sql").read_text()
    assert "".join(f"{sql};" for (sql,) in made).split() == written.replace(";\n", ";").split()
    assert connection.execute("SELECT version FROM schema_version").fetchall() == [(VERSION,)]
    connection.close()


def test_the_store_of_a_released_version_becomes_what_a_new_one_is(tmp_path):
    """Version 5 is that of 0.4.0, from before there was a site."""
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    connection = sqlite3.connect(old)
    connection.executescript(Path(__file__).with_name("tables_5.sql").read_text())
    connection.execute("INSERT INTO schema_version VALUES (5)")
    connection.execute("INSERT INTO people (name) VALUES ('ada')")
    connection.commit()
    connection.close()
    assert schema(str(old)) != schema(str(new))
    open_store(new).close()
    open_store(old).close()
    assert schema(str(old)) == schema(str(new))
    connection = sqlite3.connect(old)
    assert connection.execute("SELECT name FROM people").fetchall() == [("ada",)]
    connection.close()


def test_a_moment_may_be_taken_back(tmp_path):
    path = tmp_path / "quiz.sqlite"
    with open_store(path) as store:
        attempt = store.begin(
            student="ada",
            quiz=known_quiz(store),
            topic_digest="",
            seed=9,
            settings={},
            at=START,
        )
        store.hand_in(attempt.id, at=START, mark=lambda _: "{}")
        with writing(open_database(path)) as connection:
            connection.execute(update(attempts).values(finished_at=None))
        assert store.attempt(attempt.id).finished_at is None


def test_tables_that_a_newer_grader_made_meanwhile_are_left_as_they_are(tmp_path):
    engine = open_database(tmp_path / "quiz.sqlite")
    with writing(engine) as connection:
        connection.execute(update(schema_version).values(version=99))
        assert bring_up_to_date(connection) == 99
        assert found_version(connection) == 99
