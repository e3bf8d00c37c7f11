"""What is tried again: an attempt under which the student's process was killed."""

from collections.abc import Callable
from typing import TypeVar

from grader.errors import Killed

T = TypeVar("T")

_ATTEMPTS = 3


def unless_killed(attempt: Callable[[], T]) -> T:
    """What an attempt gives, made again if the process was killed under it.

    A machine that runs out of memory kills processes that did nothing wrong. Code that kills
    itself does so each time.

    Raises:
        Killed: it was killed each time. What else an attempt raises goes through at once.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except Killed:
            continue
    return attempt()
