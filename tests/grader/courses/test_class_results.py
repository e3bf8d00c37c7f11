"""The class at a quiz, from a store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.courses.attempts import WantedAttempt, begin
from grader.courses.class_results import QuizInStore, class_results, quizzes_in
from grader.quiz.attempt.quiz import practice
from grader.quiz.attempt.rules import Rules
from grader.quiz.attempt.session import Answered
from grader.quiz.bank.topics import load_topic
from grader.store.quiz_store import open_store

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOPIC = load_topic(Path(__file__).parents[1] / "quiz" / "sample_bank", "sample")
QUIZ = practice(TOPIC)


@pytest.fixture
def store(database):
    with open_store(database) as opened_store:
        yield opened_store


def start(store, student, *, number=1, quiz=QUIZ):
    at = START + number * timedelta(minutes=1)
    wanted = WantedAttempt(student=student)
    return begin(store, quiz, wanted, number=number, seed=1, at=at)


def test_a_store_says_how_much_each_quiz_was_taken(store):
    assert quizzes_in(store) == ()
    for number in (1, 2):
        start(store, "ada", number=number)
    start(store, "bo")
    assert quizzes_in(store) == (QuizInStore("", "sample", TOPIC.title, students=2, attempts=3),)


def test_results_name_everybody_in_order_and_hand_in_what_has_run_out_of_time(store):
    timed = replace(QUIZ, rules=Rules(limit=HOUR))
    attempt = start(store, "bo", quiz=timed)
    event = Answered(item="sample.shape", response=("all",), at=START + timedelta(minutes=5))
    attempt.save(event, attempt.session.apply(event))
    start(store, "chen", quiz=timed)
    start(store, "ada", quiz=timed)
    early = class_results(store, timed, at=START + timedelta(minutes=10))
    assert [(line.student, line.counted) for line in early] == [
        ("ada", None),
        ("bo", None),
        ("chen", None),
    ]
    ada, bo, _ = class_results(store, timed, at=START + 3 * HOUR)
    assert (ada.counted.points, bo.counted.points) == (0, 1)
    assert bo.counted.finished_at == START + timedelta(minutes=1) + HOUR
