"""The figures of a class on one assignment."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.code_figures.check_figures import CheckFigures, check_figures, equal_checks
from grader.code_figures.unexplained import AnswerGroup, answer_groups
from grader.records import Report, StageResult, Status, Verdict

_SLOW = 5  # times the median
_SLOW_SECONDS = 5.0  # and at least
_BARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """How a stage went. Each submission with a grade is in one of the four counts."""

    stage: str
    title: str
    max_points: int
    whole: int  # all points
    part: int
    nothing: int
    not_written: int
    share: float | None  # mean share of the points; None without a submission

    @property
    def n(self) -> int:
        return self.whole + self.part + self.nothing + self.not_written


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassIdea:
    """A mistaken idea, and whose code shows it."""

    id: str
    stage: str
    says: str
    students: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """What a class came to."""

    assignment: str
    counts: Mapping[Status, int]
    points: Mapping[str, int]  # of each submission with a grade, without late days and the like
    max_points: int
    median: float | None
    quartiles: tuple[float, float] | None  # the lower and the upper one
    bars: tuple[tuple[str, int], ...]  # points from, to; how many submissions
    stages: tuple[StageFigures, ...]
    ideas: tuple[ClassIdea, ...]  # the most frequent first
    groups: tuple[AnswerGroup, ...]  # the largest first
    checks: tuple[CheckFigures, ...]
    equal_checks: tuple[tuple[str, ...], ...]
    slow: tuple[tuple[str, float], ...]  # submission, seconds; the slowest first
    ended: tuple[tuple[str, str], ...]  # runs that were stopped: submission, in words
    without_grade: tuple[tuple[str, Status, str], ...]  # submission, why
    identical: tuple[tuple[str, ...], ...]  # submissions with the same files

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def remarks(self) -> Mapping[str, tuple[str, ...]]:
        """What stands out about checks, and about which."""
        found: dict[str, list[str]] = {}
        for check in self.checks:
            if check.remark:
                found.setdefault(check.remark, []).append(check.check)
        return {remark: tuple(checks) for remark, checks in found.items()}


def class_figures(reports: Sequence[Report], *, assignment: str) -> ClassFigures:
    """The figures of a class, from the reports for staff."""
    reports = sorted(reports, key=lambda report: report.submission)
    graded = [report for report in reports if report.status == Status.GRADED]
    points = {report.submission: report.points for report in graded}
    most = max((report.max_points for report in graded), default=0)
    checks = check_figures(graded)
    return ClassFigures(
        assignment=assignment,
        counts={status: sum(r.status == status for r in reports) for status in Status},
        points=points,
        max_points=most,
        median=statistics.median(points.values()) if points else None,
        quartiles=_quartiles(list(points.values())),
        bars=_bars(list(points.values()), most),
        stages=_stages(graded),
        ideas=_ideas(graded),
        groups=answer_groups(graded),
        checks=checks,
        equal_checks=equal_checks(graded),
        slow=_slow(graded),
        ended=_ended(reports),
        without_grade=tuple(
            (r.submission, r.status, r.reason) for r in reports if r.status != Status.GRADED
        ),
        identical=_identical(reports),
    )


def _quartiles(points: list[int]) -> tuple[float, float] | None:
    if len(points) < 2:
        return None
    lower, _, upper = statistics.quantiles(points, n=4, method="inclusive")
    return lower, upper


def _bars(points: list[int], most: int) -> tuple[tuple[str, int], ...]:
    """Tenths of the points; full marks belong to the last."""
    if not points or not most:
        return ()
    n_bars = min(_BARS, most)
    found = Counter(min(p * n_bars // most, n_bars - 1) for p in points)
    starts = [-(-bar * most // n_bars) for bar in range(n_bars)]
    ends = [*(start - 1 for start in starts[1:]), most]
    return tuple(
        (f"{start}" if start == end else f"{start}–{end}", found[bar])  # noqa: RUF001 - a range
        for bar, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def _stages(graded: Sequence[Report]) -> tuple[StageFigures, ...]:
    by_stage: dict[str, list[StageResult]] = {}
    for report in graded:
        for stage in report.stages:
            by_stage.setdefault(stage.stage, []).append(stage)
    return tuple(map(_of_stage, by_stage.values()))


def _of_stage(results: Sequence[StageResult]) -> StageFigures:
    ways = Counter(map(_way, results))
    most = sum(result.max_points for result in results)
    return StageFigures(
        stage=results[0].stage,
        title=results[0].title,
        max_points=results[0].max_points,
        whole=ways["whole"],
        part=ways["part"],
        nothing=ways["nothing"],
        not_written=ways["not written"],
        share=sum(result.points for result in results) / most if most else None,
    )


def _way(result: StageResult) -> str:
    if result.points == result.max_points:
        return "whole"
    if result.points:
        return "part"
    verdicts = {check.verdict for check in result.checks} - {Verdict.BLOCKED}
    return "not written" if verdicts == {Verdict.NOT_IMPLEMENTED} else "nothing"


def _ideas(graded: Sequence[Report]) -> tuple[ClassIdea, ...]:
    """Where several ideas fit an answer equally well, none of them is counted."""
    students: dict[tuple[str, str, str], dict[str, None]] = {}
    for report in graded:
        for finding in report.findings:
            if len(finding.misconceptions) > 1 and not finding.pairs:
                continue
            for id_, says in zip(finding.misconceptions, finding.says, strict=False):
                key = (id_, finding.stage, says)
                students.setdefault(key, {})[report.submission] = None
    found = [
        ClassIdea(id=id_, stage=stage, says=says, students=tuple(names))
        for (id_, stage, says), names in students.items()
    ]
    return tuple(sorted(found, key=lambda idea: (-len(idea.students), idea.id)))


def _slow(graded: Sequence[Report]) -> tuple[tuple[str, float], ...]:
    seconds = {report.submission: report.seconds for report in graded if report.seconds}
    if not seconds:
        return ()
    limit = max(_SLOW_SECONDS, _SLOW * statistics.median(seconds.values()))
    return tuple(
        sorted(((n, s) for n, s in seconds.items() if s > limit), key=lambda pair: -pair[1])
    )


def _ended(reports: Sequence[Report]) -> tuple[tuple[str, str], ...]:
    """Submissions whose code ran out of time or memory, with the stages where it did."""
    found = []
    for report in reports:
        for verdict in (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY):
            stages = [s.stage for s in report.stages if any(c.verdict == verdict for c in s.checks)]
            if stages:
                found.append((report.submission, f"{verdict.value}: {', '.join(stages)}"))
    return tuple(found)


def _identical(reports: Sequence[Report]) -> tuple[tuple[str, ...], ...]:
    names: dict[str, list[str]] = {}
    for report in reports:
        if report.submission_digest:
            names.setdefault(report.submission_digest, []).append(report.submission)
    return tuple(sorted((tuple(n) for n in names.values() if len(n) > 1), key=lambda n: -len(n)))
