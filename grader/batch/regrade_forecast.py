"""What a regrade would grade again, why, and how long that took before; nothing is changed.

One submission and its report are read at a time, so a class of any size fits into memory.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grader.batch.earlier_attempts import earlier_attempts
from grader.batch.keeper import ReportKeeper
from grader.errors import SubmissionError
from grader.intake.class_intake import ClassEntry, ClassIntake
from grader.policies.policy import AttemptRule
from grader.records import Report, Status, Submission

_MOST_NAMES = 10  # kept of each reason
NOT_READ = "cannot be read"
OTHERWISE = "graded by something else before"
_NO_GRADE = {
    Status.UNGRADED: "not graded before, through our fault",
    Status.UNREADABLE: "could not be read before",
}


@dataclass(slots=True)
class RegradeForecast:
    """What is touched of a class, by why."""

    n: int = 0  # submissions
    counts: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)  # some of each
    gone: int = 0  # reports on what is no longer handed in
    earlier: int = 0  # attempts before the newest ones
    _seconds: float = 0.0  # of those that are touched, where known
    _n_timed: int = 0
    _seconds_of_all: float = 0.0
    _n_of_all: int = 0

    @property
    def again(self) -> int:
        """How many would be graded; what cannot be read is not."""
        return self.counts.total() - self.counts[NOT_READ] + self.earlier

    @property
    def seconds(self) -> float | None:
        """As long as they took before, one after the other; the mean of the class for others."""
        if not self._n_of_all:
            return None
        mean = self._seconds_of_all / self._n_of_all
        return self._seconds + (self.again - self._n_timed) * mean

    def see(self, name: str, before: Report | None, why: str) -> None:
        """Count a submission. No reason: it is not touched."""
        self.n += 1
        seconds = before.seconds if before is not None else 0.0
        self._seconds_of_all += seconds
        self._n_of_all += seconds > 0
        if not why:
            return
        self.counts[why] += 1
        if len(known := self.names.setdefault(why, [])) < _MOST_NAMES:
            known.append(name)
        if why != NOT_READ:
            self._seconds += seconds
            self._n_timed += seconds > 0


def regrade_forecast(
    intake: ClassIntake,
    keeper: ReportKeeper,
    *,
    key: Callable[[Submission], str],
    rule: AttemptRule | None,
) -> RegradeForecast:
    """What grading a class again would touch.

    Args:
        key: what the report of a submission would be known by.
        rule: of the policy, by which an earlier attempt may count.
    """
    forecast = RegradeForecast()
    kept = keeper.newest_for_staff()
    for entry in intake.entries:
        before = kept.get(entry.name)
        forecast.see(entry.name, before, _why(entry, before, key))
    forecast.gone = _gone(intake, kept, keeper)
    forecast.earlier = sum(1 for _ in earlier_attempts(intake, keeper, rule, key=key, force=False))
    return forecast


def _why(entry: ClassEntry, before: Report | None, key: Callable[[Submission], str]) -> str:
    """Why a submission would be graded again; empty if its report is up to date."""
    try:
        submission = entry.newest.read()
    except SubmissionError:
        return NOT_READ
    if before is None:
        return "no report before"
    if before.status != Status.GRADED:
        return _NO_GRADE[before.status]
    if before.key == key(submission):
        return ""
    is_same = before.submission_digest == submission.content_digest
    return OTHERWISE if is_same else "another file was handed in"


def _gone(intake: ClassIntake, kept: Mapping[str, Report], keeper: ReportKeeper) -> int:
    run = keeper.last_run()
    here = {entry.name for entry in intake.entries}
    return sum(name not in here and name in kept for name in run.submissions) if run else 0
