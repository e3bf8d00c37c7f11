"""The figures of a class on one assignment.

They are taken of one report after the other. What is kept of each is its name, its points and
some bytes, so that a class of a million fits into memory.
"""

import hashlib
import statistics
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from sys import intern

from grader.code_figures.check_figures import CheckFigures, CheckTallies
from grader.code_figures.unexplained import AnswerGroup, AnswerGroups
from grader.records import Report, StageResult, Status, Verdict

_SLOW = 5  # times the median
_SLOW_SECONDS = 5.0  # and at least
_BARS = 10
_LEAST = 4  # grades of which quartiles say something
_DIGEST_BYTES = 16
_ENDED = {Verdict.TIMED_OUT: "ran out of time", Verdict.OUT_OF_MEMORY: "ran out of memory"}


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
    def in_the_middle(self) -> int:
        """How many have points from the lower quartile to the upper one."""
        low, high = self.quartiles or (1, 0)
        return sum(low <= points <= high for points in self.points.values())

    @property
    def remarks(self) -> Mapping[str, tuple[str, ...]]:
        """What stands out about checks, and about which."""
        found: dict[str, list[str]] = {}
        for check in self.checks:
            if check.remark:
                found.setdefault(check.remark, []).append(check.check)
        return {remark: tuple(checks) for remark, checks in found.items()}


def class_figures(reports: Iterable[Report], *, assignment: str) -> ClassFigures:
    """The figures of a class.

    Args:
        reports: those for staff, sorted by submission.
    """
    tally = _ClassTally()
    for report in reports:
        tally.add(report)
    points = list(tally.points.values())
    return ClassFigures(
        assignment=assignment,
        counts={status: tally.counts[status] for status in Status},
        points=tally.points,
        max_points=tally.most,
        median=statistics.median(points) if points else None,
        quartiles=_quartiles(points),
        bars=_bars(points, tally.most),
        stages=tuple(stage.figures() for stage in tally.stages.values()),
        ideas=_ranked(tally.ideas),
        groups=tally.groups.found(),
        checks=tally.checks.figures(),
        equal_checks=tally.checks.equal(),
        slow=_slow(tally.points, tally.seconds),
        ended=tuple(tally.ended),
        without_grade=tuple(tally.without_grade),
        identical=tally.files.identical(),
    )


@dataclass(slots=True)
class _ClassTally:
    """What was seen of a class so far."""

    counts: Counter[Status] = field(default_factory=Counter)
    points: dict[str, int] = field(default_factory=dict)
    most: int = 0
    seconds: "array[float]" = field(default_factory=lambda: array("d"))  # of those with points
    stages: dict[str, "_StageTally"] = field(default_factory=dict)
    ideas: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    groups: AnswerGroups = field(default_factory=AnswerGroups)
    checks: CheckTallies = field(default_factory=CheckTallies)
    ended: list[tuple[str, str]] = field(default_factory=list)
    without_grade: list[tuple[str, Status, str]] = field(default_factory=list)
    files: "_Files" = field(default_factory=lambda: _Files())

    def add(self, report: Report) -> None:
        self.counts[report.status] += 1
        self.files.add(report)
        self.ended += _ended(report)
        if report.status != Status.GRADED:
            self.without_grade.append((report.submission, report.status, report.reason))
            return
        self.points[report.submission] = report.points
        self.most = max(self.most, report.max_points)
        self.seconds.append(report.seconds)
        for stage in report.stages:
            self.stages.setdefault(stage.stage, _StageTally(stage)).add(stage)
        for key in dict.fromkeys(_ideas(report)):
            self.ideas.setdefault(key, []).append(report.submission)
        self.groups.add(report)
        self.checks.add(report)


@dataclass(slots=True)
class _StageTally:
    """How a stage went so far."""

    first: StageResult
    ways: Counter[str] = field(default_factory=Counter)
    points: int = 0
    most: int = 0

    def add(self, result: StageResult) -> None:
        self.ways[_way(result)] += 1
        self.points += result.points
        self.most += result.max_points

    def figures(self) -> StageFigures:
        return StageFigures(
            stage=self.first.stage,
            title=self.first.title,
            max_points=self.first.max_points,
            whole=self.ways["whole"],
            part=self.ways["part"],
            nothing=self.ways["nothing"],
            not_written=self.ways["not written"],
            share=self.points / self.most if self.most else None,
        )


@dataclass(slots=True)
class _Files:
    """Whose files are equal: some bytes of each submission."""

    names: list[str] = field(default_factory=list)
    digests: bytearray = field(default_factory=bytearray)

    def add(self, report: Report) -> None:
        if known := report.submission_digest:
            self.names.append(report.submission)
            short = hashlib.blake2b(known.encode(), digest_size=_DIGEST_BYTES)
            self.digests += short.digest()

    def identical(self) -> tuple[tuple[str, ...], ...]:
        """Submissions with the same files, the most first."""
        order = sorted(range(len(self.names)), key=self._digest)
        found = [
            places for _, same in groupby(order, key=self._digest) if len(places := list(same)) > 1
        ]
        found.sort(key=lambda places: (-len(places), places[0]))
        return tuple(tuple(self.names[place] for place in places) for places in found)

    def _digest(self, place: int) -> bytes:
        begin = place * _DIGEST_BYTES
        return bytes(self.digests[begin : begin + _DIGEST_BYTES])


def _quartiles(points: list[int]) -> tuple[float, float] | None:
    if len(points) < _LEAST:
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


def _way(result: StageResult) -> str:
    if result.points == result.max_points:
        return "whole"
    if result.points:
        return "part"
    verdicts = {check.verdict for check in result.checks} - {Verdict.BLOCKED}
    return "not written" if verdicts == {Verdict.NOT_IMPLEMENTED} else "nothing"


def _ideas(report: Report) -> Iterator[tuple[str, str, str]]:
    """Id, stage and sentence. Where several fit an answer equally well, none of them is counted."""
    for finding in report.findings:
        if len(finding.misconceptions) > 1 and not finding.pairs:
            continue
        for id_, says in zip(finding.misconceptions, finding.says, strict=False):
            yield id_, finding.stage, says


def _ranked(ideas: Mapping[tuple[str, str, str], Sequence[str]]) -> tuple[ClassIdea, ...]:
    found = [
        ClassIdea(id=id_, stage=stage, says=says, students=tuple(names))
        for (id_, stage, says), names in ideas.items()
    ]
    return tuple(sorted(found, key=lambda idea: (-len(idea.students), idea.id)))


def _slow(names: Iterable[str], seconds: Sequence[float]) -> tuple[tuple[str, float], ...]:
    known = [each for each in seconds if each]
    if not known:
        return ()
    limit = max(_SLOW_SECONDS, _SLOW * statistics.median(known))
    slow = ((name, each) for name, each in zip(names, seconds, strict=True) if each > limit)
    return tuple(sorted(slow, key=lambda pair: -pair[1]))


def _ended(report: Report) -> Iterator[tuple[str, str]]:
    """Where the code of a submission ran out of time or memory."""
    for verdict, said in _ENDED.items():
        stages = [s.stage for s in report.stages if any(c.verdict == verdict for c in s.checks)]
        if stages:
            yield report.submission, intern(f"{said}: {', '.join(stages)}")
