"""What one who looks on is told, and when."""

from dataclasses import replace
from datetime import UTC, datetime

from grader.store.jobs_store import JobProgress
from grader.web.hand_in.board import ProgressBoard, rest_after
from grader.web.hand_in.onlooker import Onlooker
from grader.web.hand_in.progress import version_of

THIRD = JobProgress(
    state="waiting",
    position=3,
    n_waiting=9,
    not_before=datetime(2026, 11, 2, tzinfo=UTC),
    attempt=0,
    reason="",
    event=None,
)
SECOND = replace(THIRD, position=2)
RUNNING = replace(THIRD, state="running", position=0)


def heard(onlooker, *steps, place_seconds=10.0):
    return [onlooker.hears(one, at=at, place_seconds=place_seconds) for at, one in steps]


def test_a_new_place_is_told_after_a_while_and_a_turn_at_once():
    steps = ((0, THIRD), (1, SECOND), (11, SECOND), (12, RUNNING))
    assert heard(Onlooker(""), *steps) == ["change", "nothing", "change", "change"]


def test_a_new_place_is_told_at_once_where_few_look_on():
    steps = ((0, THIRD), (1, SECOND))
    assert heard(Onlooker(""), *steps, place_seconds=0.02) == ["change", "change"]


def test_one_who_waits_again_is_told_at_once():
    again = replace(THIRD, attempt=1, reason="the worker was killed")
    assert heard(Onlooker(""), (0, RUNNING), (1, again)) == ["change", "change"]


def test_what_was_sent_before_the_line_broke_is_not_sent_again():
    onlooker = Onlooker(version_of(THIRD))
    assert heard(onlooker, (1000, THIRD), (1001, THIRD)) == ["sign of life", "nothing"]


def test_a_long_quiet_has_a_sign_of_life():
    steps = ((0, RUNNING), (10, RUNNING), (16, RUNNING), (20, RUNNING))
    assert heard(Onlooker(""), *steps) == ["change", "nothing", "sign of life", "nothing"]


def test_the_more_look_on_the_longer_a_place_stands(site):
    board = ProgressBoard(site.store.jobs)
    assert board.place_seconds == 0
    for job in range(1000):
        board._watched[job] += 1
    assert board.place_seconds == 40


def test_the_longer_a_reading_took_the_longer_the_store_is_left_alone():
    assert [rest_after(seconds) for seconds in (0.001, 0.04, 60)] == [0.4, 1.0, 5.0]
