"""The attempts of a submission: its versions, one for each time that something else was handed in.

A regrade of the same files makes another version of the same attempt, and the newest one is what
the attempt came to. Versions of releases that did not keep what was handed in are no attempts of
their own beside those that did.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from grader.records import Report, Status

_NEVER = datetime.max.replace(tzinfo=UTC)


def attempts_of(versions: Iterable[Report]) -> tuple[Report, ...]:
    """The newest report of each attempt, in the order in which they were handed in.

    Where the times are not known of all, it is the order in which they were graded last. What
    could not be read is an attempt only while nothing else has taken its place.

    Args:
        versions: all reports of one submission, oldest first.
    """
    reports = list(versions)
    by_digest: dict[str, Report] = {}
    for report in reports:
        by_digest.pop(report.submission_digest, None)
        by_digest[report.submission_digest] = report
    unknown = by_digest.get("")
    if unknown is not None and len(by_digest) > 1 and not _is_newest_unread(unknown, reports):
        del by_digest[""]
    attempts = list(by_digest.values())
    if all(report.handed_in_at is not None for report in attempts):
        attempts.sort(key=lambda report: report.handed_in_at or _NEVER)
    return tuple(attempts)


def _is_newest_unread(report: Report, reports: list[Report]) -> bool:
    return report is reports[-1] and report.status != Status.GRADED
