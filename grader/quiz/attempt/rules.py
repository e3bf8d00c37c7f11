"""The rules of a quiz: when, how long, how often, what counts, and when feedback is shown.

Pure functions of moments that are passed in. A deadline follows from when an attempt began, so
nothing that happens later, such as a crash and a new start of the program, moves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol, TypeVar


class Feedback(StrEnum):
    """When a taker learns how an answer was marked."""

    NOW = "now"  # after each answer, which is final from then on
    END = "end"  # when the attempt is finished; until then answers may be changed
    CLOSED = "after-closing"  # when the quiz is closed for everybody
    NEVER = "never"


class Counts(StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one quiz; by default those of practice, without any limit."""

    opens: datetime | None = None
    closes: datetime | None = None
    limit: timedelta | None = None  # for one attempt
    attempts: int | None = None
    counts: Counts = Counts.BEST
    shuffle: bool = True  # whether the seed decides the order of the questions
    feedback: Feedback = Feedback.NOW
    closes_for_all: datetime | None = None  # later than `closes` where others have more time

    def deadline(self, started_at: datetime) -> datetime | None:
        """The last moment of an attempt: the end of its time, or the close if that is earlier."""
        ends = [self.closes] if self.closes else []
        if self.limit is not None:
            ends.append(started_at + self.limit)
        return min(ends, default=None)

    def too_early(self, at: datetime) -> str:
        """Why nothing can be answered yet; empty if the quiz is open."""
        return f"it opens {moment(self.opens)}" if self.opens and at < self.opens else ""

    def too_late(self, at: datetime, *, started_at: datetime) -> str:
        """Why an attempt takes no more answers; empty before its deadline."""
        deadline = self.deadline(started_at)
        if deadline is None or at <= deadline:
            return ""
        if deadline == self.closes:
            return f"the quiz closed {moment(deadline)}"
        zone = self.closes or self.opens  # the course's zone, where its times have one
        return f"the time was up {moment(deadline.astimezone(zone.tzinfo if zone else None))}"

    def is_closed(self, at: datetime) -> bool:
        """Whether nobody can answer any more, also of those who have more time."""
        ends = [end for end in (self.closes, self.closes_for_all) if end is not None]
        return bool(ends) and at > max(ends)

    def stretched(self, *, percent: Fraction, more: timedelta) -> "Rules":
        """The rules for somebody with extra time: of the minutes and of the window alike.

        Args:
            percent: of the minutes for an attempt; without such a limit, of the whole window.
            more: on top of that, at the end of the window.
        """
        whole = self.limit
        if whole is None and self.opens is not None and self.closes is not None:
            whole = self.closes - self.opens
        share = percent / 100
        extra = (whole or timedelta(0)) * share.numerator / share.denominator
        return replace(
            self,
            limit=None if self.limit is None else self.limit + extra,
            closes=None if self.closes is None else self.closes + extra + more,
        )

    def no_attempt(self, at: datetime, *, begun: int) -> str:
        """Why nobody who began so many attempts may begin another; empty if they may."""
        if early := self.too_early(at):
            return early
        if self.closes and at > self.closes:
            return f"it closed {moment(self.closes)}"
        if self.attempts is not None and begun >= self.attempts:
            used = "the only attempt is" if self.attempts == 1 else f"all {self.attempts} are"
            return f"no attempts are left: {used} used"
        return ""

    def shows_feedback(self, at: datetime, *, is_finished: bool) -> bool:
        """Whether marks, keys and explanations of an attempt may be shown."""
        match self.feedback:
            case Feedback.NOW | Feedback.END:
                return is_finished
            case Feedback.CLOSED:
                return is_finished and self.is_closed(at)
            case Feedback.NEVER:
                return False


PRACTICE = Rules()


class Attempted(Protocol):
    """What is asked of an attempt when it is decided which counts."""

    @property
    def number(self) -> int: ...
    @property
    def points(self) -> Fraction: ...


AnyAttempt = TypeVar("AnyAttempt", bound=Attempted)


def counting(attempts: Iterable[AnyAttempt], counts: Counts) -> AnyAttempt | None:
    """The attempt that counts, of those that were handed in; of equally good ones the first."""
    in_order = sorted(attempts, key=lambda attempt: attempt.number)
    if not in_order:
        return None
    match counts:
        case Counts.FIRST:
            return in_order[0]
        case Counts.LAST:
            return in_order[-1]
        case Counts.BEST:
            return max(in_order, key=lambda attempt: attempt.points)


def moment(at: datetime) -> str:
    """A point in time for people, in its own time zone: `on Mon 9 Mar 2026 at 23:59 CET`."""
    seconds = ":%S" if at.second else ""
    return f"on {at:%a} {at.day} {at:%b %Y} at {at:%H:%M{seconds}} {at.tzname()}"


def duration(left: timedelta) -> str:
    """A length of time for people: `1 h 5 min`, `44 min`, `3 min 40 s`; never more than is left."""
    seconds = max(0, int(left.total_seconds()))
    hours, minutes = divmod(seconds // 60, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes >= 10:
        return f"{minutes} min"
    rest = f"{seconds % 60} s"
    if not minutes:
        return rest
    return f"{minutes} min {rest}" if seconds % 60 else f"{minutes} min"
