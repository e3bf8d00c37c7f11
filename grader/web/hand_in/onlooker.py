"""What one who looks on is told: each change at once, but places in the queue only now and then."""

from typing import Literal

from grader.store.jobs_store import JobProgress
from grader.web.hand_in.progress import version_of

_QUIET_SECONDS = 15.0  # then a line that says nothing, so that no proxy gives up

News = Literal["change", "sign of life", "nothing"]


class Onlooker:
    """An open page.

    Args:
        sent: the version that it has, after a broken line.
    """

    def __init__(self, sent: str) -> None:
        self._sent = sent
        self._has_waited = False
        self._said_at = float("-inf")

    def hears(self, progress: JobProgress | None, *, at: float, place_seconds: float) -> News:
        """What is to be said now of how far the job is, and is taken as said.

        Args:
            at: seconds of any clock that goes on.
            place_seconds: how long one who waits is told no other place.
        """
        version, waits, quiet = version_of(progress), is_first_wait(progress), at - self._said_at
        is_new_place = waits and self._has_waited
        if version != self._sent and not (is_new_place and quiet < place_seconds):
            self._sent, self._said_at, self._has_waited = version, at, waits
            return "change"
        if quiet > _QUIET_SECONDS:
            self._said_at = at
            return "sign of life"
        return "nothing"


def is_first_wait(progress: JobProgress | None) -> bool:
    """Whether it waits for its first turn: all there is to tell is its place."""
    return progress is not None and progress.state == "waiting" and progress.attempt == 0
