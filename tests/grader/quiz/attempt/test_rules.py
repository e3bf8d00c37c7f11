from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.quiz.attempt.rules import Counts, Feedback, Rules, counting, duration, moment

BERLIN = ZoneInfo("Europe/Berlin")
OPENS = datetime(2026, 3, 2, 9, tzinfo=BERLIN)
CLOSES = datetime(2026, 3, 9, 23, 59, tzinfo=BERLIN)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
RULES = Rules(opens=OPENS, closes=CLOSES, limit=HOUR, attempts=2)


@dataclass(frozen=True)
class Try:
    number: int
    points: Fraction


def test_practice_has_no_limits():
    assert Rules().deadline(OPENS) is None
    assert Rules().no_attempt(OPENS, begun=1000) == ""
    assert Rules().too_late(datetime.max.replace(tzinfo=UTC), started_at=OPENS) == ""


def test_a_deadline_is_the_end_of_the_time_or_the_close():
    assert RULES.deadline(OPENS) == OPENS + HOUR
    assert RULES.deadline(CLOSES - HOUR / 2) == CLOSES
    assert Rules(closes=CLOSES).deadline(OPENS) == CLOSES


NO_TIME = timedelta(0)


def test_extra_time_is_of_the_minutes_and_moves_the_close_by_as_much():
    own = RULES.stretched(percent=Fraction(25), more=NO_TIME)
    assert (own.opens, own.limit, own.closes) == (OPENS, HOUR * 5 / 4, CLOSES + HOUR / 4)


def test_without_minutes_extra_time_is_of_the_window():
    own = Rules(opens=OPENS, closes=OPENS + 4 * HOUR).stretched(percent=Fraction(50), more=HOUR)
    assert (own.limit, own.closes) == (None, OPENS + 7 * HOUR)


def test_extra_time_is_nothing_where_nothing_is_limited():
    assert Rules().stretched(percent=Fraction(50), more=HOUR) == Rules()


def test_marks_after_closing_wait_for_those_with_extra_time():
    rules = Rules(closes=CLOSES, closes_for_all=CLOSES + HOUR, feedback=Feedback.CLOSED)
    assert not rules.shows_feedback(CLOSES + HOUR, is_finished=True)
    assert rules.shows_feedback(CLOSES + HOUR + SECOND, is_finished=True)
    assert rules.no_attempt(CLOSES + SECOND, begun=0)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_begins_later_has_no_earlier_deadline(one, other):
    early, late = (OPENS + timedelta(seconds=n) for n in sorted((one, other)))
    assert RULES.deadline(early) <= RULES.deadline(late) <= CLOSES


@pytest.mark.parametrize(
    ("at", "begun", "says"),
    [
        (OPENS - SECOND, 0, "it opens on Mon 2 Mar 2026 at 09:00 CET"),
        (OPENS, 1, ""),
        (CLOSES, 0, ""),
        (CLOSES + SECOND, 0, "it closed on Mon 9 Mar 2026 at 23:59 CET"),
        (OPENS, 2, "no attempts are left: all 2 are used"),
    ],
)
def test_why_no_attempt_may_begin(at, begun, says):
    assert RULES.no_attempt(at, begun=begun) == says
    assert RULES.no_attempt(at.astimezone(UTC), begun=begun) == says


def test_one_attempt_is_told_as_one():
    assert Rules(attempts=1).no_attempt(OPENS, begun=1) == (
        "no attempts are left: the only attempt is used"
    )


def test_times_are_told_in_the_zone_of_the_course():
    assert RULES.too_late(OPENS.astimezone(UTC) + 2 * HOUR, started_at=OPENS.astimezone(UTC)) == (
        "the time was up on Mon 2 Mar 2026 at 10:00 CET"
    )


@pytest.mark.parametrize(
    ("feedback", "running", "finished", "closed"),
    [
        (Feedback.NOW, False, True, True),
        (Feedback.END, False, True, True),
        (Feedback.CLOSED, False, False, True),
        (Feedback.NEVER, False, False, False),
    ],
)
def test_when_feedback_is_shown(feedback, running, finished, closed):
    rules = Rules(closes=CLOSES, feedback=feedback)
    assert rules.shows_feedback(OPENS, is_finished=False) == running
    assert rules.shows_feedback(CLOSES, is_finished=True) == finished
    assert rules.shows_feedback(CLOSES + SECOND, is_finished=True) == closed


def tries(*points):
    return [Try(number, Fraction(p)) for number, p in enumerate(points, start=1)]


@pytest.mark.parametrize(
    ("counts", "number"), [(Counts.FIRST, 1), (Counts.LAST, 4), (Counts.BEST, 2)]
)
def test_which_attempt_counts(counts, number):
    attempts = tries("1/3", 5, 5, 2)
    assert counting(attempts, counts).number == number
    assert counting(attempts[::-1], counts).number == number, "in whatever order they come"


@pytest.mark.parametrize("counts", Counts)
def test_of_no_attempts_none_counts_and_of_one_that_one(counts):
    assert counting([], counts) is None
    assert counting(tries(0), counts).number == 1


@given(st.lists(st.fractions(0, 9), min_size=1, max_size=6), st.fractions(0, 9))
def test_another_attempt_never_lowers_the_best(points, more):
    before, after = (counting(tries(*given), Counts.BEST) for given in (points, [*points, more]))
    assert after.points == max(before.points, more)
    assert counting(tries(*points, more), Counts.FIRST) == tries(*points)[0]


def test_a_moment_has_its_zone():
    assert moment(CLOSES) == "on Mon 9 Mar 2026 at 23:59 CET"
    assert moment(datetime.fromisoformat("2026-07-01T08:05:09+05:30")) == (
        "on Wed 1 Jul 2026 at 08:05:09 UTC+05:30"
    )


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (239, "3 min 59 s"),
        (659, "10 min"),
        (2699, "44 min"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (47 * 3600, "47 h"),
        (50 * 3600, "2 days"),
    ],
)
def test_a_duration_is_never_more_than_what_is_left(seconds, says):
    assert duration(timedelta(seconds=seconds)) == says
