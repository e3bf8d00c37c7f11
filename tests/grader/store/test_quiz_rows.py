"""What a quiz is, is kept under its identity and brought up to date when an attempt begins."""

from dataclasses import replace

import pytest

from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz


@pytest.fixture
def store(database):
    with open_store(database) as opened:
        yield opened


def test_the_same_quiz_is_brought_up_to_date_under_its_id(store):
    first, other = known_quiz(store, digest="a"), known_quiz(store, "other", digest="o")
    now = {"digest": "b", "path": "/moved", "title": "New", "questions": {"x": "1"}}
    assert known_quiz(store, **now) == replace(first, **now)
    assert known_quiz(store, digest="b", path="/moved again").path == "/moved again"
    assert store.quiz(course="", name="other") == other


def test_another_quiz_of_this_identity_changes_nothing(store):
    first = known_quiz(store, digest="a")
    assert known_quiz(store, is_same=False, digest="b") == first
    assert store.quiz(course="", name="sample") == first


def test_a_quiz_with_the_same_path_and_digest_is_the_same_without_asking(store):
    first = known_quiz(store, digest="a")
    assert store.enter_quiz(first, is_same=pytest.fail) == first
    assert known_quiz(store, digest="a", title="New") == first


@pytest.mark.parametrize(
    ("course", "label"), [("Week 3 course", "Week 3 course: sample"), ("", "sample")]
)
def test_people_read_the_course_and_the_name(store, course, label):
    assert known_quiz(store, course=course).label == label
