"""A regrade on a site: graded beside what counts, looked at, then published or dropped.

The new reports lie with a keeper of their own until they are published, so nobody's grade changes
while they are made. What was handed in since then is left as it is. Publishing keeps new versions,
and taking it back keeps the earlier ones once more as the newest: no version is lost by either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.batch.class_grades import code_grades, grades_kept
from grader.batch.grade_decisions import entry_from_line
from grader.batch.keeper import ReportKeeper
from grader.courses.grade_differences import GradeChange, grade_changes
from grader.records import Person, Report, ReportVersion

People = Mapping[str, Sequence[Person]]
Places = Mapping[str, tuple[int, int]]  # by submission: how many versions before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRegrade:
    """What publishing did: who has new versions, and who handed in since and has none."""

    places: Places
    left: tuple[str, ...]


def regrade_changes(
    keeper: ReportKeeper, trial: ReportKeeper, *, enrolled: People
) -> tuple[GradeChange, ...]:
    """What publishing would change, by submission.

    Args:
        enrolled: who is in the course, by the name of their submission.
    """
    newest, new = keeper.newest(), trial.newest()
    kept = {name: report for name, report in new.items() if _is_same(report, newest.get(name))}
    after = code_grades(
        {**newest, **kept},
        [entry_from_line(line) for line in keeper.entries()],
        people=enrolled,
        versions=lambda name: [v.for_student for v in _then(keeper, trial, name)],
    )
    before = [g for g in grades_kept(keeper, enrolled=enrolled) if g.report.submission in newest]
    return grade_changes(before, after)


def publish_regrade(keeper: ReportKeeper, trial: ReportKeeper, *, at: datetime) -> PublishedRegrade:
    """Let the new reports count. Done twice, it changes nothing more."""
    newest = keeper.newest()
    places, left = {}, []
    for name, report in sorted(trial.newest().items()):
        if not _is_same(report, newest.get(name)):
            left.append(name)
            continue
        before = keeper.versions(name)
        for version in _new_versions(before, trial.versions(name)):
            keeper.keep(version.report, version.for_student, at=at)
        after = len(keeper.versions(name))
        if after != len(before):
            places[name] = (len(before), after)
    return PublishedRegrade(places=places, left=tuple(left))


def take_back_regrade(
    keeper: ReportKeeper, places: Places, *, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Let the versions before a regrade count again.

    Returns:
        The submissions that changed, and those that were graded since and stay as they are.
    """
    changed, left = [], []
    for name, (n_before, n_after) in places.items():
        versions = keeper.versions(name)
        if len(versions) != n_after:
            left.append(name)
            continue
        for version in _same_attempts(versions[:n_before], versions[n_before:]):
            keeper.keep(version.report, version.for_student, at=at)
        changed.append(name)
    return tuple(changed), tuple(left)


def _is_same(report: Report, newest: Report | None) -> bool:
    """Whether it is on what counts now: somebody may have handed in meanwhile."""
    return newest is not None and report.submission_digest == newest.submission_digest


def _then(keeper: ReportKeeper, trial: ReportKeeper, name: str) -> Sequence[ReportVersion]:
    """The versions that there would be after publishing."""
    before = keeper.versions(name)
    return [*before, *_new_versions(before, trial.versions(name))]


def _new_versions(
    before: Sequence[ReportVersion], new: Sequence[ReportVersion]
) -> Iterator[ReportVersion]:
    """The new reports that differ, on attempts that were there; the one that counts comes last."""
    old = {version.report.submission_digest: version.for_student for version in before}
    fresh = {version.report.submission_digest: version for version in new}
    last = before[-1].report.submission_digest if before else ""
    differ = [digest for digest in fresh if fresh[digest].for_student != old.get(digest)]
    if not differ or last not in fresh:
        return
    for digest in [d for d in differ if d != last and d in old] + [last]:
        yield fresh[digest]


def _same_attempts(
    before: Sequence[ReportVersion], after: Sequence[ReportVersion]
) -> Iterator[ReportVersion]:
    """The last version before of each attempt that has another one after, in that order."""
    old = {version.report.submission_digest: version for version in before}
    for version in after:
        if (digest := version.report.submission_digest) in old:
            yield old[digest]
