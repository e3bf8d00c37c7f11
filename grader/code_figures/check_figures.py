"""What each check tells of a class: how many pass it, and whether it tells strong from weak."""

import statistics
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.records import CheckResult, Report, Verdict

LEAST = 5  # submissions from which on a check is judged
_ERRORS = 2  # standard ones, that a correlation lies below 0 before anything is said of it
_NOT_PASSED, _PASSED = 1, 2  # 0: it did not run
_NOT_RUN = (Verdict.NOT_IMPLEMENTED, Verdict.BLOCKED, Verdict.UNGRADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFigures:
    """How a check went with those who wrote its stage."""

    check: str
    stage: str
    claim: str
    hidden: bool
    n: int  # submissions in which it ran
    passed: int
    # Correlation of passing with the points of all other stages; None where there is none.
    discrimination: float | None

    @property
    def share(self) -> float | None:
        """Of those in which it ran; None without one."""
        return self.passed / self.n if self.n else None

    @property
    def remark(self) -> str:
        """What an instructor should know of it; empty if nothing stands out."""
        if self.n < LEAST:
            return ""
        if self.passed == self.n:
            return "passed by everybody"
        if not self.passed:
            return "passed by nobody"
        if self.discrimination is not None and self.discrimination < -_ERRORS / self.n**0.5:
            return "passed less often by those with more points elsewhere"
        return ""


def check_figures(graded: Sequence[Report]) -> tuple[CheckFigures, ...]:
    """One for each check, in the order of the checks."""
    found: dict[str, _Tally] = {}
    for report in graded:
        points = report.points
        of_stage: Counter[str] = Counter()
        for stage in report.stages:
            of_stage[stage.stage] += stage.points
        for check in report.checks:
            tally = found.setdefault(check.check, _Tally(check))
            if check.verdict not in _NOT_RUN:
                tally.passed.append(check.verdict == Verdict.PASSED)
                tally.elsewhere.append(points - of_stage[check.stage])
    return tuple(map(_of_check, found.values()))


def equal_checks(graded: Sequence[Report]) -> tuple[tuple[str, ...], ...]:
    """Checks of one stage that always agree, though some submissions pass and some do not."""
    ways: dict[str, bytearray] = {}
    stages: dict[str, str] = {}
    for number, report in enumerate(graded):
        for check in report.checks:
            stages[check.check] = check.stage
            if check.verdict not in _NOT_RUN:
                way = ways.setdefault(check.check, bytearray(len(graded)))
                way[number] = _PASSED if check.verdict == Verdict.PASSED else _NOT_PASSED
    equal: dict[tuple[str, bytes], list[str]] = {}
    for name, way in ways.items():
        if _tells(way):
            equal.setdefault((stages[name], bytes(way)), []).append(name)
    return tuple(tuple(checks) for checks in equal.values() if len(checks) > 1)


def _tells(way: bytearray) -> bool:
    passed, not_passed = way.count(_PASSED), way.count(_NOT_PASSED)
    return passed + not_passed >= LEAST and passed > 0 and not_passed > 0


@dataclass(slots=True)
class _Tally:
    """How a check went in each submission in which it ran: a byte and a number."""

    first: CheckResult
    passed: bytearray = field(default_factory=bytearray)
    elsewhere: "array[int]" = field(default_factory=lambda: array("l"))  # points of other stages


def _of_check(tally: _Tally) -> CheckFigures:
    first = tally.first
    return CheckFigures(
        check=first.check,
        stage=first.stage,
        claim=first.claim,
        hidden=first.hidden,
        n=len(tally.passed),
        passed=sum(tally.passed),
        discrimination=_correlation(tally.passed, tally.elsewhere),
    )


def _correlation(passed: bytearray, points: "array[int]") -> float | None:
    """Pearson's; None where one of the two is always the same, or there are too few."""
    if len(passed) < LEAST or len(set(passed)) < 2 or len(set(points)) < 2:
        return None
    return statistics.correlation([float(p) for p in passed], [float(p) for p in points])
