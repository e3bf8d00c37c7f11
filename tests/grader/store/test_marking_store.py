from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from grader.store.marking_store import open_marking_store
from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "quiz.sqlite"


@pytest.fixture
def attempt(path):
    """Makes a finished attempt and gives its id."""

    def make(marks="{}", finished=True):
        with open_store(path) as store:
            begun = store.begin(
                student="ada",
                quiz=known_quiz(store),
                topic_digest="",
                seed=1,
                settings={},
                at=AT,
            )
            if finished:
                store.hand_in(begun.id, at=AT, mark=lambda _: marks)
        return begun.id

    return make


def test_only_finished_attempts_are_sheets(path, attempt):
    first = attempt('{"a": 1}')
    attempt(finished=False)
    with open_marking_store(path) as store:
        assert store.records() == {f"attempt {first}": '{"a": 1}'}


def test_decisions_are_kept_in_their_order(path, attempt):
    attempt()
    with open_marking_store(path) as store:
        store.add(["one", "größer\n"])
        store.add([])
        store.add(["three"])
    with open_marking_store(path) as store:
        assert store.entries() == ["one", "größer\n", "three"]


def test_replaced_marks_are_kept_with_time_and_reason(path, attempt):
    same, key = attempt("as before"), attempt("old")
    with open_marking_store(path) as store:
        new = {f"attempt {same}": "as before", f"attempt {key}": "new"}
        store.replace(new, reason="r" * 600, at=AT)
        store.replace({f"attempt {key}": "new"}, reason="the same again", at=AT)
        assert store.records() == new
        [earlier] = store.earlier()
    assert (earlier.attempt, earlier.marks, earlier.replaced_at) == (key, "old", AT)
    assert earlier.reason == "r" * 500


def test_several_markers_may_write_at_once(path, attempt):
    attempt()

    def write(number):
        with open_marking_store(path) as store:
            for _ in range(5):
                store.add([str(number)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with open_marking_store(path) as store:
        assert sorted(store.entries()) == sorted(str(n) for n in range(4) for _ in range(5))
