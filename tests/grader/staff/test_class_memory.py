from itertools import count

import pytest

from grader.staff.class_memory import ClassMemory, ClassStamp


class Seconds:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Seconds()


@pytest.fixture
def value(clock):
    """Asks for a value that takes half a second to make; the number of the one that comes."""
    memory, numbers = ClassMemory(clock), count(1)

    def made():
        clock.now += 0.5
        return next(numbers)

    def asked(decisions=0, reports=0, name="class"):
        return memory.remembered(name, ClassStamp(at_once=decisions, later=reports), made)

    return asked


def test_a_value_is_made_once_while_nothing_changes(value, clock):
    assert value() == 1
    clock.now += 1000
    assert value() == 1


def test_what_was_decided_is_seen_at_once(value):
    assert [value(decisions=1), value(decisions=2), value(decisions=2)] == [1, 2, 2]


def test_new_reports_are_seen_after_ten_times_as_long_as_it_took(value, clock):
    value()
    clock.now += 4.9
    assert value(reports=1) == 1
    clock.now += 0.2
    assert value(reports=1) == 2


def test_values_of_two_names_are_two(value):
    assert [value(name="a"), value(name="b"), value(name="a")] == [1, 2, 1]


def test_only_so_many_are_kept(value):
    for n in range(40):
        value(name=n)
    assert value(name=39) == 40
    assert value(name=0) == 41
