"""What each check tells of a class: how many pass it, and whether it tells strong from weak."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.records import CheckResult, Report, Verdict

LEAST = 5  # submissions from which on a check is judged
_ERRORS = 2  # standard ones, that a correlation lies below 0 before anything is said of it
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
    found: dict[str, list[tuple[Report, CheckResult]]] = {}
    for report in graded:
        for check in report.checks:
            found.setdefault(check.check, []).append((report, check))
    return tuple(_of_check(results) for results in found.values())


def equal_checks(graded: Sequence[Report]) -> tuple[tuple[str, ...], ...]:
    """Checks of one stage that always agree, though some submissions pass and some do not."""
    ways: dict[str, dict[str, bool]] = {}
    stages: dict[str, str] = {}
    for report in graded:
        for check in report.checks:
            stages[check.check] = check.stage
            if check.verdict not in _NOT_RUN:
                passed = check.verdict == Verdict.PASSED
                ways.setdefault(check.check, {})[report.submission] = passed
    equal: dict[tuple[str, tuple[tuple[str, bool], ...]], list[str]] = {}
    for name, way in ways.items():
        if _tells(way):
            equal.setdefault((stages[name], tuple(way.items())), []).append(name)
    return tuple(tuple(checks) for checks in equal.values() if len(checks) > 1)


def _tells(way: Mapping[str, bool]) -> bool:
    return len(way) >= LEAST and len(set(way.values())) == 2


def _of_check(results: Sequence[tuple[Report, CheckResult]]) -> CheckFigures:
    ran = [(report, check) for report, check in results if check.verdict not in _NOT_RUN]
    first = results[0][1]
    passed = [check.verdict == Verdict.PASSED for _, check in ran]
    elsewhere = [
        report.points - sum(s.points for s in report.stages if s.stage == check.stage)
        for report, check in ran
    ]
    return CheckFigures(
        check=first.check,
        stage=first.stage,
        claim=first.claim,
        hidden=first.hidden,
        n=len(ran),
        passed=sum(passed),
        discrimination=_correlation(passed, elsewhere),
    )


def _correlation(passed: Sequence[bool], points: Sequence[int]) -> float | None:
    """Pearson's; None where one of the two is always the same, or there are too few."""
    if len(passed) < LEAST or len(set(passed)) < 2 or len(set(points)) < 2:
        return None
    return statistics.correlation([float(p) for p in passed], [float(p) for p in points])
