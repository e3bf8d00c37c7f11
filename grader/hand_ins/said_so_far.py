"""What is known of a submission while it is graded: verdicts and points by stage, no more."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from grader.records import CheckResult

_EACH_SECONDS = 0.4  # so that a fast grading writes little
Say = Callable[[Mapping[str, Any]], None]


class SaidSoFar:
    """Gathers results of checks and says them together, not too often.

    Args:
        say: gets `{"checks": [[stage, verdict, points, max_points], ...]}`, all so far.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self._checks: list[list[str | int]] = []
        self._last = time.monotonic()

    def add(self, check: CheckResult) -> None:
        self._checks.append([check.stage, check.verdict.value, check.points, check.max_points])
        if time.monotonic() - self._last >= _EACH_SECONDS:
            self._last = time.monotonic()
            self._say({"checks": list(self._checks)})
