"""Who has another grade in another run, by how much, and why: two sets of grades side by side."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from itertools import groupby, repeat

from grader.batch.grades import CodeGrade
from grader.records import CheckResult, GradingRun, Report
from grader.text import counted, decimal

_MOST_CHECKS = 12  # told of one submission


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckChange:
    """One check that came to something else; None where a run has no such check."""

    check: str
    before: CheckResult | None
    after: CheckResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """One submission whose grade or checks are not the same; None where a run has it not."""

    submission: str
    before: CodeGrade | None
    after: CodeGrade | None
    checks: tuple[CheckChange, ...]

    @property
    def difference(self) -> Fraction | None:
        """By how much the final points changed; None if one of the two has none."""
        before, after = self.before, self.after
        if before is None or after is None or not (before.counts and after.counts):
            return None
        return after.final - before.final


def grade_changes(
    before: Iterable[CodeGrade], after: Iterable[CodeGrade]
) -> tuple[GradeChange, ...]:
    """The submissions that differ in points, maximum, status or a check, by name.

    Args:
        before: sorted by submission, as those after.
    """
    return tuple(changes_in_turn(before, after))


def changes_in_turn(
    before: Iterable[CodeGrade], after: Iterable[CodeGrade]
) -> Iterator[GradeChange]:
    """The same one after the other, for a class that is too large to be held."""
    sides = (zip(repeat(0), before, strict=False), zip(repeat(1), after, strict=False))
    both = merge(*sides, key=lambda pair: pair[1].report.submission)
    for name, found in groupby(both, key=lambda pair: pair[1].report.submission):
        of_side = dict(found)
        if (change := _change(name, of_side.get(0), of_side.get(1))) is not None:
            yield change


def reasons(before: GradingRun, after: GradingRun, *, policy_changed: bool) -> Iterator[str]:
    """What is not the same in two runs, a phrase each."""
    if before.assignment != after.assignment:
        yield f"the assignment is {after.assignment!r} in place of {before.assignment!r}"
    elif before.assignment_digest != after.assignment_digest:
        yield "checks, points, settings or reference of the assignment changed"
    for name in sorted(before.versions.keys() | after.versions.keys()):
        old, new = before.versions.get(name, "none"), after.versions.get(name, "none")
        if old != new:
            yield f"{name} is {new} in place of {old}"
    if before.secret_of_course != after.secret_of_course:
        yield "the course secret is another one"
    if policy_changed:
        yield "the policy of the course is another one"


def difference_lines(changes: Iterable[GradeChange]) -> Iterator[str]:
    """The changes for people: a line for each submission, its checks below, and the sum."""
    summed = _Sum()
    for change in changes:
        summed.add(change)
        yield _headline(change)
        for check in change.checks[:_MOST_CHECKS]:
            yield f"    {_check_line(check)}"
        if (left := len(change.checks) - _MOST_CHECKS) > 0:
            yield f"    and {counted(left, 'other check')}"
        before, after = (
            grade.explained if grade else "" for grade in (change.before, change.after)
        )
        if before != after:
            yield f"    {after}" if after else f"    no longer: {before}"
    yield summed.line()


def _change(name: str, before: CodeGrade | None, after: CodeGrade | None) -> GradeChange | None:
    checks = tuple(_check_changes(_checks(before), _checks(after)))
    if not checks and _told(before) == _told(after):
        return None
    return GradeChange(submission=name, before=before, after=after, checks=checks)


def _told(grade: CodeGrade | None) -> object:
    if grade is None:
        return None
    final = grade.final if grade.counts else None
    return grade.status, final, grade.max_points, grade.report.submission_digest


def _checks(grade: CodeGrade | None) -> Mapping[str, CheckResult]:
    report: Report | None = grade.report if grade is not None else None
    return {check.check: check for check in report.checks} if report is not None else {}


def _check_changes(
    before: Mapping[str, CheckResult], after: Mapping[str, CheckResult]
) -> Iterator[CheckChange]:
    if not before or not after:
        return  # the status says all
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if _worth(old) != _worth(new):
            yield CheckChange(check=name, before=old, after=new)


def _worth(check: CheckResult | None) -> object:
    return (check.verdict, check.points, check.max_points) if check is not None else None


def _headline(change: GradeChange) -> str:
    before, after = _points(change.before), _points(change.after)
    difference = change.difference
    by = f" ({_signed(difference)})" if difference else ""
    same = change.before is not None and change.after is not None
    digests = {g.report.submission_digest for g in (change.before, change.after) if g is not None}
    another = "; another file was handed in" if same and len(digests - {""}) > 1 else ""
    return f"{change.submission}  {before} -> {after}{by}{another}"


def _points(grade: CodeGrade | None) -> str:
    if grade is None:
        return "not there"
    return f"{decimal(grade.final)} of {grade.max_points}" if grade.counts else grade.status


def _check_line(change: CheckChange) -> str:
    if change.before is None or change.after is None:
        what = "is new" if change.before is None else "is gone"
        only = change.before or change.after
        worth = f", {only.verdict.value}, {only.points} of {only.max_points}" if only else ""
        return f"{change.check} {what}{worth}"
    old, new = change.before, change.after
    verdict = (
        new.verdict.value
        if old.verdict == new.verdict
        else f"{old.verdict.value} -> {new.verdict.value}"
    )
    return f"{change.check}: {verdict}, {_of(old)} -> {_of(new)}"


def _of(check: CheckResult) -> str:
    return f"{check.points} of {check.max_points}"


@dataclass(slots=True)
class _Sum:
    """What the changes come to."""

    n: int = 0
    more: int = 0
    less: int = 0
    total: Fraction = Fraction(0)

    def add(self, change: GradeChange) -> None:
        by = change.difference
        self.n += 1
        self.more += by is not None and by > 0
        self.less += by is not None and by < 0
        self.total += by or 0

    def line(self) -> str:
        if not self.n:
            return "Nobody's grade changes."
        rest = self.n - self.more - self.less
        said = f"{counted(self.n, 'submission')}: {self.more} more, {self.less} less"
        points = "point" if abs(self.total) == 1 else "points"
        return f"{said}, {rest} otherwise; {_signed(self.total)} {points} in all."


def _signed(points: Fraction) -> str:
    return f"+{decimal(points)}" if points > 0 else decimal(points)
