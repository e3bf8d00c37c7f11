import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.store.quiz_store import StoredAnswer, StoreError, default_store, open_store

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
SETTINGS = {"feedback": "now"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "quiz.sqlite"


@pytest.fixture(params=["path", "url", "memory"])
def store(request, path):
    where = {"path": path, "url": f"sqlite:///{path}", "memory": "sqlite://"}[request.param]
    with open_store(where) as opened:
        yield opened


def begin(store, *, student="ada", topic="sample", at=START):
    return store.begin(
        student=student, topic=topic, topic_digest="d" * 64, seed=7, settings=SETTINGS, at=at
    )


def test_an_attempt_is_kept(store):
    attempt = begin(store)
    [again] = store.attempts(student="ada", topic="sample")
    assert again == attempt
    assert (again.seed, again.settings, again.started_at) == (7, SETTINGS, START)
    assert again.finished_at is None


def test_attempts_belong_to_a_student_and_a_topic(store):
    first = begin(store)
    begin(store, student="bob")
    begin(store, topic="other")
    last = begin(store)
    assert [a.id for a in store.attempts(student="ada", topic="sample")] == [first.id, last.id]


def test_answers_are_kept_in_their_order_and_shape(store):
    attempt = begin(store)
    given = [("one", ("b", "a")), ("two", "3.912"), ("one", ("c",)), ("text", "größer\n\"'—")]
    for item, response in given:
        store.save_answer(attempt.id, item=item, response=response, at=START)
    assert store.answers(attempt.id) == tuple(
        StoredAnswer(item=item, response=response, answered_at=START) for item, response in given
    )


def test_answers_belong_to_one_attempt(store):
    one, other = begin(store), begin(store)
    store.save_answer(one.id, item="x", response="1", at=START)
    assert store.answers(other.id) == ()


def test_an_answer_needs_its_attempt(store):
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.save_answer(99, item="x", response="1", at=START)


def test_finishing_twice_keeps_the_first(store):
    attempt = begin(store)
    store.finish(attempt.id, at=START, marks='{"points": "2/3"}')
    store.finish(attempt.id, at=START + timedelta(hours=1), marks="{}")
    [again] = store.attempts(student="ada", topic="sample")
    assert (again.finished_at, again.marks) == (START, '{"points": "2/3"}')


def test_times_of_any_zone_are_the_same_moment(store):
    attempt = begin(store, at=START.astimezone(timezone(timedelta(hours=5))))
    assert attempt.started_at == START


def test_all_is_there_when_the_store_is_opened_again(path):
    with open_store(path) as store:
        attempt = begin(store)
        store.save_answer(attempt.id, item="x", response=("a",), at=START)
    with open_store(path) as store:
        assert store.attempts(student="ada", topic="sample") == (attempt,)
        assert len(store.answers(attempt.id)) == 1


def test_a_killed_process_loses_nothing_it_saved(path):
    program = f"""
from datetime import datetime, UTC
from grader.store.quiz_store import open_store
store = open_store({str(path)!r})
now = datetime.now(UTC)
attempt = store.begin(
    student="ada", topic="sample", topic_digest="", seed=1, settings={{}}, at=now
)
for number in range(10_000):
    store.save_answer(attempt.id, item=str(number), response="x", at=now)
    print(number, flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    last = [child.stdout.readline() for _ in range(20)][-1]
    os.kill(child.pid, signal.SIGKILL)
    last = (child.stdout.read().split() or [last])[-1]
    child.stdout.close()
    child.wait()
    with open_store(path) as store:
        [attempt] = store.attempts(student="ada", topic="sample")
        saved = [int(answer.item) for answer in store.answers(attempt.id)]
    assert saved == list(range(len(saved)))
    assert len(saved) > int(last)


def test_several_takers_may_make_and_use_a_store_at_once(path):
    together = threading.Barrier(8)

    def take(number):
        together.wait()
        with open_store(path) as store:
            attempt = begin(store, student=f"student {number}")
            for item in range(5):
                store.save_answer(attempt.id, item=str(item), response="x", at=START)
            return len(store.answers(attempt.id))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take, range(8))) == [5] * 8


def test_a_newer_store_is_refused(path):
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=r"newer grader \(its version is 99"):
        open_store(path)


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be read as one" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"notes\.txt: the store cannot be used: file is not a"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="the store cannot be used"):
        open_store(tmp_path / "file" / "quiz.sqlite")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("://", "the URL of the store cannot be read"),
        ("nonsense://x", "the store cannot be used"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_sentence(url, says):
    with pytest.raises(StoreError, match=says):
        open_store(url)


def test_no_error_shows_a_password():
    with pytest.raises(StoreError) as caught:
        open_store("nonsense://ada:secret@host/quiz")
    assert "secret" not in str(caught.value)


def test_the_store_lies_in_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_store() == tmp_path / "grader" / "quiz.sqlite"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_store() == tmp_path / ".local" / "share" / "grader" / "quiz.sqlite"


def test_a_home_sign_in_a_path_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    open_store("~/here.sqlite").close()
    assert (tmp_path / "here.sqlite").is_file()
