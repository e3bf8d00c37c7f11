"""What was killed may have been killed by the machine, and gets another attempt."""

import pytest

from grader.errors import Crashed, Killed
from grader.harness.retries import unless_killed


def attempts(*outcomes):
    """A function that gives or raises these, one a call, and the list of those that are left."""
    left = list(outcomes)

    def attempt():
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return attempt, left


def test_what_was_killed_is_tried_again():
    attempt, left = attempts(Killed("by the machine"), Killed("by the machine"), 7, 8)
    assert unless_killed(attempt) == 7
    assert left == [8]


def test_what_is_killed_each_time_has_itself_to_blame():
    attempt, left = attempts(Killed("first"), Killed("second"), Killed("third"), 7)
    with pytest.raises(Killed, match="third"):
        unless_killed(attempt)
    assert left == [7]


def test_what_crashed_is_not_tried_again():
    attempt, left = attempts(Crashed("it raised"), 7)
    with pytest.raises(Crashed):
        unless_killed(attempt)
    assert left == [7]
