"""The time that one submission may take, over all its checks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grader.errors import TimedOut
from grader.settings import LimitSettings


class TimeBudget:
    """Seconds that are left, and functions that are not called again.

    A function that ran out of time is not called again: forty checks must not each wait for the
    same endless loop.
    """

    def __init__(self, limits: LimitSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._too_slow: set[str] = set()
        self.seconds_left = limits.submission_seconds

    @contextmanager
    def spent(self) -> Iterator[None]:
        """What runs inside is taken off the budget."""
        begin = self._clock()
        try:
            yield
        finally:
            self.seconds_left -= self._clock() - begin

    @contextmanager
    def apart(self) -> Iterator[Callable[[], bool]]:
        """Time for what no check asks for, as much as for one call; it is not taken off.

        What it gives tells whether the time has been enough.
        """
        left, too_slow = self.seconds_left, set(self._too_slow)
        self.seconds_left = min(left, self._limits.call_seconds)
        try:
            yield lambda: self.seconds_left > 0 and self._too_slow == too_slow
        finally:
            self.seconds_left, self._too_slow = left, too_slow

    def give_up(self, function: str) -> None:
        """The function ran out of time."""
        self._too_slow.add(function)

    def assert_not_given_up(self, function: str) -> None:
        """Whether the function may be called again.

        Raises:
            TimedOut: it ran out of time before.
        """
        if function in self._too_slow:
            sentence = f"{function} ran out of time before, and was not called again."
            raise TimedOut(sentence, discreet=sentence)

    def seconds_for(self, function: str) -> float:
        """How long a call of the function may take.

        Raises:
            TimedOut: nothing is left.
        """
        seconds = min(self._limits.call_seconds, self.seconds_left)
        if seconds <= 0:
            sentence = (
                f"The submission used up its {self._limits.submission_seconds:g} s; "
                f"{function} was not called."
            )
            raise TimedOut(sentence, discreet=sentence)
        return seconds
