"""Readers and writers of one SQLite file, and the faults of a database."""

import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from grader.store.database import StoreError, open_database, reading, shown_name, writing
from grader.store.marking_store import open_marking_store
from grader.store.quiz_store import open_store
from grader.store.tables import attempts, courses, drafts, schema_version
from tests.grader.store.known_quiz import known_quiz

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def begin(store, number=None):
    return store.begin(
        student="ada",
        quiz=known_quiz(store),
        topic_digest="",
        seed=1,
        settings={},
        at=AT,
        number=number,
    )


def test_a_reader_reads_while_a_writer_holds_its_transaction(database):
    """What the writer has not committed is not seen, and nobody waits for it."""
    with open_store(database) as writer:
        attempt = begin(writer)
        with writer._transaction() as connection:
            connection.exec_driver_sql("UPDATE attempts SET seed = 2")
            with open_marking_store(impatient(database)) as reader:
                assert reader.attempt(attempt.id).seed == 1
                assert [a.seed for a in reader.attempts(student="ada")] == [1]
                assert reader.answers(attempt.id) == ()
                assert (reader.records(), reader.entries(), reader.earlier()) == ({}, [], ())
                assert reader.quiz(course="", name="sample") == attempt.quiz
                assert reader.quizzes(path="/sample") == (attempt.quiz,)
                assert reader.unclaimed() == ()
        with open_marking_store(database) as reader:
            assert reader.attempt(attempt.id).seed == 2


def impatient(database):
    """The same database, where nobody waits for a lock."""
    return database if "://" in database else f"sqlite:///{database}?timeout=0"


def test_a_writer_waits_for_the_other_and_says_so_if_it_may_not(tmp_path):
    path = str(tmp_path / "quiz.sqlite")
    with open_store(path) as store:
        begin(store)
        with (
            store._transaction(),
            open_store(impatient(path)) as other,
            pytest.raises(StoreError, match="the store cannot be used: database is locked"),
        ):
            other.enter_quiz(known_quiz(other), is_same=lambda _: True)


def test_threads_of_a_server_write_in_turn_where_nobody_waits_for_a_lock(tmp_path):
    path = tmp_path / "site.sqlite"
    open_database(path).dispose()
    engine = open_database(impatient(str(path)), stays_open=True)

    def write(number):
        with writing(engine) as connection:
            connection.execute(insert(courses).values(key=f"course {number}"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(64)))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(courses)) == 64
    assert engine.pool.checkedin() > 0
    engine.dispose()


@pytest.fixture
def open_folder():
    """A folder that another user may look into; that of pytest is closed to them."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_file_without_the_right_to_write_can_be_read(open_folder):
    path = open_folder / "quiz.sqlite"
    with open_store(path) as store:
        begin(store)
    path.chmod(0o444)
    program = f"""
import os
from tests.grader.store.test_database import begin
from grader.store.database import StoreError
from grader.store.quiz_store import open_store
begin(open_store("sqlite://"))  # imports what is imported late
if os.getuid() == 0:
    os.setuid(65534)
with open_store({str(path)!r}) as store:
    print(len(store.attempts()))
    try:
        begin(store)
    except StoreError as error:
        print(error)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr == ""
    first, *rest = ran.stdout.splitlines()
    assert first == "1"
    assert rest[0].endswith("the store cannot be used: attempt to write a readonly database")


def test_a_newer_store_is_left_as_it_is(tmp_path):
    path = tmp_path / "quiz.sqlite"
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer grader"):
        open_marking_store(path)
    assert path.read_bytes() == before


def test_a_writer_waits_half_a_minute_for_another_or_as_long_as_the_url_says(tmp_path):
    path = tmp_path / "quiz.sqlite"
    for named, milliseconds in ((path, 30_000), (f"sqlite:///{path}?timeout=5", 5_000)):
        with reading(open_database(named)) as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == milliseconds


def test_a_server_is_waited_for_ten_seconds_or_as_long_as_the_url_says(postgres):
    url = postgres.database()
    for named, seconds in ((url, "10"), (f"{url}&connect_timeout=7", "7")):
        engine = open_database(named)
        with reading(engine) as connection:
            asked = connection.connection.driver_connection.info.get_parameters()
        engine.dispose()
        assert asked["connect_timeout"] == seconds


def test_a_newer_store_that_was_refused_is_let_go(postgres):
    url = postgres.database()
    engine = open_database(url)
    with writing(engine) as connection:
        connection.execute(update(schema_version).values(version=99))
    with pytest.raises(StoreError, match="newer grader") as refused:
        open_database(url)
    with reading(engine) as connection:
        users = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        assert connection.exec_driver_sql(users).scalar() == 1
    engine.dispose()
    assert refused.value.__traceback__  # which holds what was opened until here


def test_a_reader_sees_one_state_until_it_is_done(tmp_path):
    path = str(tmp_path / "quiz.sqlite")
    with open_store(path) as store, open_store(impatient(path)) as writer:
        with store._reading() as connection:
            assert connection.execute(select(attempts)).all() == []
            with pytest.raises(StoreError, match="database is locked"):
                begin(writer)
            assert connection.execute(select(attempts)).all() == []
        begin(writer)
        assert len(store.attempts()) == 1


def test_what_belongs_to_nothing_is_not_stored(database):
    engine = open_database(database)
    of_no_attempt = insert(drafts).values(attempt=99, item="x", text="y", saved_at=AT)
    with pytest.raises(StoreError, match=r"(?i)foreign key"), writing(engine) as connection:
        connection.execute(of_no_attempt)
    engine.dispose()


def test_a_folder_that_is_made_for_a_store_is_its_owners_alone(tmp_path):
    open_database(tmp_path / "data" / "grader" / "quiz.sqlite")
    assert (tmp_path / "data" / "grader").stat().st_mode & 0o777 == 0o700


def test_a_store_in_memory_has_a_name_to_be_told():
    assert shown_name(open_database("sqlite://")) == "sqlite://"


def test_a_fault_without_words_is_told_by_its_kind(tmp_path):
    path = tmp_path / "quiz.sqlite"
    with (
        pytest.raises(StoreError) as caught,
        writing(open_database(path)),
    ):
        raise InterruptedError
    assert str(caught.value).startswith(f"{path}: the store cannot be used: InterruptedError\n")
