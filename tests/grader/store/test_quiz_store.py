import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from grader.store.database import StoreError
from grader.store.quiz_store import StoredAnswer, default_store, open_store
from tests.grader.postgres import binaries_or_skip
from tests.grader.store.known_quiz import known_quiz

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
SETTINGS = {"feedback": "now"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "quiz.sqlite"


@pytest.fixture
def store(database):
    with open_store(database) as opened:
        yield opened


@pytest.mark.parametrize("named", ["{}", "sqlite:///{}", "sqlite://", "sqlite:///:memory:"])
def test_sqlite_is_named_by_a_path_or_by_a_url(path, named):
    with open_store(named.format(path)) as store:
        attempt = begin(store)
        store.save_answer(attempt.id, item="x", response="1", at=START)
        assert len(store.answers(attempt.id)) == 1
    assert path.exists() == ("{}" in named)


def begin(store, *, student="ada", topic="sample", at=START):
    return store.begin(
        student=student,
        quiz=known_quiz(store, topic),
        topic_digest="d" * 64,
        seed=7,
        settings=SETTINGS,
        at=at,
    )


def test_an_attempt_is_kept(store):
    attempt = begin(store)
    [again] = store.attempts(student="ada", quiz=known_quiz(store).id)
    assert again == attempt
    assert (again.seed, again.settings, again.started_at) == (7, SETTINGS, START)
    assert again.finished_at is None


def test_attempts_belong_to_a_student_and_a_topic(store):
    first = begin(store)
    begin(store, student="bob")
    begin(store, topic="other")
    last = begin(store)
    assert [a.id for a in store.attempts(student="ada", quiz=known_quiz(store).id)] == [
        first.id,
        last.id,
    ]


def test_answers_are_kept_in_their_order_and_shape(store):
    attempt = begin(store)
    given = [("one", ("b", "a")), ("two", "3.912"), ("one", ("c",)), ("text", "größer\n\"'—")]
    for item, response in given:
        store.save_answer(attempt.id, item=item, response=response, at=START)
    assert store.answers(attempt.id) == tuple(
        StoredAnswer(item=item, response=response, answered_at=START) for item, response in given
    )


def test_a_newer_answer_than_the_taker_saw_is_not_written_over(store):
    attempt = begin(store)
    save = partial(store.save_answer, attempt.id, item="x", at=START)
    assert save(response="1", after=0)
    [first] = store.answers(attempt.id)
    assert not save(response="2", after=0)
    assert save(response="1", after=0)  # the same once more is no other answer
    assert save(response="2", after=first.number)
    assert [answer.response for answer in store.answers(attempt.id)] == ["1", "2"]
    assert store.answers(attempt.id)[1].number > first.number


def test_a_text_that_is_written_on_takes_the_place_of_its_beginning_and_gets_a_new_number(store):
    attempt = begin(store)
    numbers = [0]
    for minute, text in enumerate(("a", "a b", "a b c")):
        at = START + timedelta(minutes=minute)
        since = at - timedelta(minutes=1)
        saved = store.save_answer(
            attempt.id, item="x", response=text, at=at, after=numbers[-1], continues_since=since
        )
        assert saved
        numbers.append(store.answers(attempt.id)[-1].number)
    assert [answer.response for answer in store.answers(attempt.id)] == ["a b c"]
    assert numbers == sorted(set(numbers))


def test_an_earlier_text_than_a_moment_ago_stays(store):
    attempt = begin(store)
    for minute, text in ((0, "a"), (5, "b")):
        at = START + timedelta(minutes=minute)
        since = at - timedelta(minutes=1)
        store.save_answer(attempt.id, item="x", response=text, at=at, continues_since=since)
    assert [answer.response for answer in store.answers(attempt.id)] == ["a", "b"]


def test_progress_is_an_attempt_with_its_answers_and_drafts(store):
    attempt, other = begin(store), begin(store, student="bob")
    store.save_answer(attempt.id, item="x", response="1", at=START)
    store.save_draft(attempt.id, item="y", text="as far", at=START)
    quiz = known_quiz(store)
    identity = {"course": quiz.course, "name": quiz.name, "is_practice": quiz.is_practice}
    found = store.own_progress(student="ada", number=attempt.number, **identity)
    assert found == store.progress(attempt.id)
    assert found.attempt == attempt
    assert [answer.response for answer in found.answers] == ["1"]
    assert found.drafts == {"y": "as far"}
    assert store.own_progress(student="bob", number=other.number, **identity).attempt == other
    assert store.own_progress(student="ada", number=99, **identity) is None
    with pytest.raises(StoreError, match="there is no attempt 99"):
        store.progress(99)


def test_unfinished_attempts_are_those_that_were_not_handed_in(store):
    attempt, other = begin(store), begin(store, student="bob")
    store.hand_in(attempt.id, at=START, mark=lambda _: "{}")
    assert [one.id for one in store.unfinished()] == [other.id]


def test_answers_belong_to_one_attempt(store):
    one, other = begin(store), begin(store)
    store.save_answer(one.id, item="x", response="1", at=START)
    assert store.answers(other.id) == ()


def test_an_answer_needs_its_attempt(store):
    with pytest.raises(StoreError, match=r": there is no attempt 99\n  Begin one\.$"):
        store.save_answer(99, item="x", response="1", at=START)
    with pytest.raises(StoreError, match=r": there is no attempt 99\n  Begin one\.$"):
        store.attempt(99)


def test_finishing_twice_keeps_the_first(store):
    attempt = begin(store)
    store.hand_in(attempt.id, at=START, mark=lambda _: '{"points": "2/3"}')
    store.hand_in(attempt.id, at=START + timedelta(hours=1), mark=lambda _: "{}")
    [again] = store.attempts(student="ada", quiz=known_quiz(store).id)
    assert (again.finished_at, again.marks) == (START, '{"points": "2/3"}')


def test_times_of_any_zone_are_the_same_moment(store):
    attempt = begin(store, at=START.astimezone(timezone(timedelta(hours=5))))
    assert attempt.started_at == START


def test_all_is_there_when_the_store_is_opened_again(database):
    with open_store(database) as store:
        attempt = begin(store)
        store.save_answer(attempt.id, item="x", response=("a",), at=START)
    with open_store(database) as store:
        assert store.attempts(student="ada", quiz=known_quiz(store).id) == (attempt,)
        assert len(store.answers(attempt.id)) == 1


def test_a_killed_process_loses_nothing_it_saved(database):
    program = f"""
from datetime import datetime, UTC
from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz
store = open_store({str(database)!r})
now = datetime.now(UTC)
attempt = store.begin(
    student="ada", quiz=known_quiz(store), topic_digest="", seed=1, settings={{}}, at=now
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
    with open_store(database) as store:
        [attempt] = store.attempts(student="ada", quiz=known_quiz(store).id)
        saved = [int(answer.item) for answer in store.answers(attempt.id)]
    assert saved == list(range(len(saved)))
    assert len(saved) > int(last)


def test_several_takers_may_make_and_use_a_store_at_once(database):
    together = threading.Barrier(8)

    def take(number):
        together.wait()
        with open_store(database) as store:
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
    with pytest.raises(StoreError, match=r"newer grader \(its version is 99") as caught:
        open_store(path)
    assert str(caught.value).endswith("\n  Update the grader, or name another store.")


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
        (
            "://",
            "the URL of the store cannot be read\n"
            "  Write a path, or e.g. postgresql://user@host/database.",
        ),
        (
            "nonsense://x/deep/quiz",
            "nonsense://x/deep/quiz: 'nonsense' is no kind of database that a store can be kept in"
            "\n  Write a path for SQLite, or postgresql://user@host/database.",
        ),
    ],
    ids=["no URL", "no kind of database"],
)
def test_a_url_that_leads_nowhere_is_one_sentence(url, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert str(caught.value) == says
    assert caught.value.exit_code == 2
    assert not list(tmp_path.iterdir())


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


def test_the_same_answer_twice_is_one_row(store):
    attempt = begin(store)
    for response in (("a",), ("a",), ("b",), ("b",), ("a",)):
        assert store.save_answer(attempt.id, item="x", response=response, at=START)
    assert [a.response for a in store.answers(attempt.id)] == [("a",), ("b",), ("a",)]


def test_a_final_answer_is_not_followed_by_another(store):
    attempt = begin(store)

    def save(item, response):
        return store.save_answer(attempt.id, item=item, response=response, at=START, is_final=True)

    numbers = [save("x", "1"), save("x", "2"), save("x", "1"), save("y", "2")]
    first, other = (answer.number for answer in store.answers(attempt.id))
    assert numbers == [first, 0, first, other]
    assert [a.response for a in store.answers(attempt.id)] == ["1", "2"]


def test_after_the_end_only_a_repeated_answer_is_taken(store):
    attempt = begin(store)
    store.save_answer(attempt.id, item="x", response="1", at=START)
    store.hand_in(attempt.id, at=START, mark=lambda _: "{}")
    assert store.save_answer(attempt.id, item="x", response="1", at=START)
    assert not store.save_answer(attempt.id, item="x", response="2", at=START)
    assert not store.save_answer(attempt.id, item="y", response="2", at=START)
    assert [a.response for a in store.answers(attempt.id)] == ["1"]


def test_handing_in_marks_what_is_stored(store):
    attempt = begin(store)
    store.save_answer(attempt.id, item="x", response="1", at=START)
    store.hand_in(attempt.id, at=START, mark=lambda given: given[0].item * 3)
    assert store.attempt(attempt.id).marks == "xxx"


def test_no_answer_slips_in_while_an_attempt_is_marked(store):
    """It would be stored and not be marked."""
    attempt = begin(store)
    with ThreadPoolExecutor(1) as pool:
        coming = []

        def mark(given):
            coming.append(
                pool.submit(store.save_answer, attempt.id, item="x", response="1", at=START)
            )
            wait(coming, timeout=0.3)
            return str(len(given))

        store.hand_in(attempt.id, at=START, mark=mark)
        assert coming[0].result() == 0
    assert (store.attempt(attempt.id).marks, store.answers(attempt.id)) == ("0", ())


def test_an_attempt_begun_twice_is_one(store):
    quiz = known_quiz(store, "t")
    first = store.begin(
        student="ada", quiz=quiz, topic_digest="", seed=1, settings={}, at=START, number=1
    )
    again = store.begin(
        student="ada", quiz=quiz, topic_digest="", seed=2, settings={}, at=START, number=1
    )
    assert again == first
    assert begin(store, topic="t").number == 2
    assert begin(store, student="bob", topic="t").number == 1


def test_all_attempts_at_a_quiz_are_found(store):
    ids = [begin(store, student=name).id for name in ("ada", "bob")]
    begin(store, topic="other")
    assert [attempt.id for attempt in store.attempts(quiz=known_quiz(store).id)] == ids
    assert len(store.attempts(student="ada")) == 2
    assert len(store.attempts()) == 3


def test_programs_that_begin_and_answer_at_once_keep_every_answer(database):
    """Two processes share one attempt; each answers its own questions and one of all."""
    program = f"""
import sys
from datetime import datetime, UTC
from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz
me, now = sys.argv[1], datetime.now(UTC)
with open_store({database!r}) as store:
    sys.stdin.readline()
    attempt = store.begin(
        student="ada", quiz=known_quiz(store), topic_digest="", seed=int(me), settings={{}}, at=now,
        number=1,
    )
    for number in range(10):
        assert store.save_answer(attempt.id, item=me + str(number), response="x", at=now)
    number = store.save_answer(attempt.id, item="one", response=me, at=now, is_final=True)
    print(number > 0)
"""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=60)[0].strip() for child in children]
    assert sorted(said) == ["False", "True"]
    with open_store(database) as store:
        [attempt] = store.attempts()
        items = [answer.item for answer in store.answers(attempt.id)]
    assert sorted(items) == sorted([f"{me}{n}" for me in range(2) for n in range(10)] + ["one"])


def test_a_store_that_may_only_be_read_is_one_sentence(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_store(path) as store:
        attempt = begin(store)
    with (
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as store,
        pytest.raises(StoreError, match=r"the store cannot be used: .*readonly"),
    ):
        store.save_answer(attempt.id, item="x", response="1", at=START)
    assert not Path("file:").exists()  # the beginning of a URI is no folder


def test_a_full_disk_is_one_sentence_and_loses_nothing_that_was_saved(path):
    program = f"""
import resource, signal, sys
from datetime import datetime, UTC
from grader.store.database import StoreError
from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz
now = datetime.now(UTC)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_store({str(path)!r}) as store:
    attempt = store.begin(
        student="ada", quiz=known_quiz(store), topic_digest="", seed=1, settings={{}}, at=now
    )
    store.save_answer(attempt.id, item="x", response="kept", at=now)
    resource.setrlimit(resource.RLIMIT_FSIZE, (524288, 524288))
    try:
        for number in range(200):
            store.save_answer(attempt.id, item=str(number), response="y" * 4000, at=now)
    except StoreError as error:
        print(error)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr == ""
    assert "quiz.sqlite: the store cannot be used: " in ran.stdout
    with open_store(path) as store:
        [attempt] = store.attempts()
        saved = store.answers(attempt.id)
    assert saved[0].response == "kept"
    assert len(saved) > 1


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+psycopg"], ids=["now", "earlier", "driver"]
)
def test_a_server_that_is_not_there_is_one_sentence(tmp_path, scheme):
    with pytest.raises(StoreError, match="the store cannot be used: connection") as caught:
        open_store(f"{scheme}://ada:secret@/quiz?host={tmp_path}")
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith("postgresql+psycopg://ada:***@/quiz?host=")


def test_a_connection_that_was_cut_between_two_answers_is_opened_anew(postgres):
    with open_store(postgres.database()) as store:
        attempt = begin(store)
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'"
        )
        assert store.save_answer(attempt.id, item="x", response="1", at=START)


def test_a_driver_that_is_missing_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"'psycopg' .* is not installed\n  Install it \(`pip"):
        open_store("postgresql://ada@host/quiz")


@pytest.mark.parametrize(("ci", "outcome"), [("true", "Failed"), ("", "Skipped")])
def test_without_a_postgresql_tests_are_skipped_but_not_in_ci(monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("tests.grader.postgres.PLACE", "/nowhere")
    with pytest.raises(BaseException, match="apt-get install postgresql") as caught:
        binaries_or_skip()
    assert type(caught.value).__name__ == outcome


def test_of_a_draft_only_the_last_text_is_kept_until_the_answer_comes(store):
    attempt = begin(store)
    store.save_draft(attempt.id, item="x", text="One", at=START)
    store.save_draft(attempt.id, item="x", text="One two", at=START)
    store.save_draft(attempt.id, item="y", text="Else", at=START)
    store.save_draft(attempt.id, item="y", text="", at=START)
    assert store.drafts(attempt.id) == {"x": "One two"}
    store.save_answer(attempt.id, item="x", response="One two three", at=START)
    assert store.drafts(attempt.id) == {}


def test_a_draft_is_the_answer_of_an_attempt_that_ends_without_one(store):
    attempt = begin(store)
    store.save_answer(attempt.id, item="x", response="given", at=START)
    store.save_draft(attempt.id, item="x", text="begun anew", at=START)
    store.save_draft(attempt.id, item="y", text="only a draft", at=START)
    seen = []
    store.hand_in(attempt.id, at=START, mark=lambda given: seen.extend(given) or "{}")
    assert {(answer.item, answer.response) for answer in seen} == {
        ("x", "given"),
        ("y", "only a draft"),
    }
    assert store.drafts(attempt.id) == {}


def test_an_attempt_that_was_handed_in_takes_no_draft(store):
    attempt = begin(store)
    store.hand_in(attempt.id, at=START, mark=lambda given: "{}")
    store.save_draft(attempt.id, item="x", text="late", at=START)
    assert store.drafts(attempt.id) == {}


def test_a_quiz_that_is_renamed_keeps_its_attempts_and_no_other_is_touched(store):
    attempt, other = begin(store), begin(store, topic="other")
    store.rename_quiz(attempt.quiz.id, course="Course", name="week 3")
    renamed = store.quiz(course="Course", name="week 3")
    assert renamed == replace(attempt.quiz, course="Course", name="week 3")
    assert [a.id for a in store.attempts(quiz=renamed.id)] == [attempt.id]
    assert store.quiz(course="", name="sample") is None
    assert store.quiz(course="", name="other") == other.quiz
