"""A submission has so much time for all its calls, and no function wastes it twice."""

import pytest

from grader.errors import TimedOut
from grader.harness.time_budget import TimeBudget
from grader.settings import LimitSettings


class Clock:
    """A clock that the test sets."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def budget(clock):
    return TimeBudget(LimitSettings(call_seconds=5, submission_seconds=12), clock)


def spend(budget, clock, seconds):
    with budget.spent():
        clock.now += seconds


def test_a_call_gets_its_own_limit_or_what_is_left(budget, clock):
    assert budget.seconds_for("f") == 5
    spend(budget, clock, 9)
    assert budget.seconds_for("f") == 3
    spend(budget, clock, 2.75)
    assert budget.seconds_for("f") == 0.25


@pytest.mark.parametrize("seconds", [12, 13])
def test_nothing_is_called_when_the_time_is_used_up(budget, clock, seconds):
    spend(budget, clock, seconds)
    with pytest.raises(TimedOut, match=r"^The submission used up its 12 s; f was not called\.$"):
        budget.seconds_for("f")


def test_time_outside_is_not_taken_off(budget, clock):
    clock.now += 50
    assert budget.seconds_left == 12


def test_time_is_taken_off_where_the_call_raised(budget, clock):
    def raises():
        with budget.spent():
            clock.now += 4
            raise KeyError

    with pytest.raises(KeyError):
        raises()
    assert budget.seconds_left == 8


def test_a_function_that_ran_out_of_time_is_not_called_again(budget):
    budget.give_up("f")
    budget.assert_not_given_up("g")
    with pytest.raises(TimedOut, match=r"^f ran out of time before, and was not called again\.$"):
        budget.assert_not_given_up("f")


def test_time_apart_is_that_of_one_call_and_is_not_taken_off(budget, clock):
    with budget.apart() as is_enough:
        spend(budget, clock, 4)
        assert is_enough()
        spend(budget, clock, 1)
        assert not is_enough()
    assert budget.seconds_left == 12
    spend(budget, clock, 9)
    with budget.apart():
        assert budget.seconds_left == 3


def test_a_function_that_is_given_up_apart_is_called_by_checks(budget):
    with budget.apart() as is_enough:
        budget.give_up("f")
        assert not is_enough()
    budget.assert_not_given_up("f")
