"""Attempts of a download before the newest ones, where the policy may let one of them count."""

from collections.abc import Callable, Iterator

from grader.batch.keeper import ReportKeeper
from grader.errors import SubmissionError
from grader.intake.class_intake import ClassAttempt, ClassIntake
from grader.policies.policy import AttemptRule
from grader.records import Status, Submission


def earlier_attempts(
    intake: ClassIntake,
    keeper: ReportKeeper,
    rule: AttemptRule | None,
    *,
    key: Callable[[Submission], str],
    force: bool,
) -> Iterator[Submission]:
    """Those that have no report yet; none if the newest counts anyway.

    What cannot be read is passed over: beside an attempt that can be, it counts for nothing.

    Args:
        key: what the report of a submission is known by.
        force: also those that have one.
    """
    if rule is None:
        return
    for entry in intake.entries:
        before = entry.attempts[:-1][: rule.at_most]
        versions = keeper.versions(entry.name) if before and not force else ()
        known = {v.report.key for v in versions if v.report.status == Status.GRADED}
        for submission in filter(None, map(_read, before)):
            if key(submission) not in known:
                yield submission


def _read(attempt: ClassAttempt) -> Submission | None:
    try:
        return attempt.read()
    except SubmissionError:
        return None
