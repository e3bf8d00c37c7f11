"""What each check tells of a class: how many pass it, and whether it tells strong from weak."""

import hashlib
import math
from collections import Counter
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
    graded: int  # and all that have a grade
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
        of_whom = "" if self.n == self.graded else " for whom it ran"
        if self.passed == self.n:
            return f"passed by everybody{of_whom}"
        if not self.passed:
            return f"passed by nobody{of_whom}"
        if self.discrimination is not None and self.discrimination < -_ERRORS / self.n**0.5:
            return "passed less often by those with more points elsewhere"
        return ""


class CheckTallies:
    """The checks of a class, one report after the other: some sums, and a byte a submission."""

    def __init__(self) -> None:
        self._n = 0  # reports
        self._of: dict[str, _Tally] = {}

    def add(self, report: Report) -> None:
        """Count a report with a grade."""
        points = report.points
        of_stage: Counter[str] = Counter()
        for stage in report.stages:
            of_stage[stage.stage] += stage.points
        for check in report.checks:
            tally = self._of.setdefault(check.check, _Tally(check))
            if check.verdict not in _NOT_RUN:
                passed = check.verdict == Verdict.PASSED
                tally.add(self._n, passed=passed, elsewhere=points - of_stage[check.stage])
        self._n += 1

    def figures(self) -> tuple[CheckFigures, ...]:
        """One for each check, in the order of the checks."""
        return tuple(tally.figures(self._n) for tally in self._of.values())

    def equal(self) -> tuple[tuple[str, ...], ...]:
        """Checks of one stage that always agree, though some submissions pass and some do not."""
        equal: dict[tuple[str, bytes], list[str]] = {}
        for name, tally in self._of.items():
            if tally.tells:
                equal.setdefault((tally.first.stage, tally.way), []).append(name)
        return tuple(tuple(checks) for checks in equal.values() if len(checks) > 1)


@dataclass(slots=True)
class _Tally:
    """How a check went in the submissions in which it ran, and the points of their other stages."""

    first: CheckResult
    n: int = 0
    passed: int = 0
    elsewhere: int = 0  # points, summed up
    squares: int = 0  # of them
    elsewhere_of_passed: int = 0
    ways: bytearray = field(default_factory=bytearray)  # a byte for each report up to the last

    def add(self, place: int, *, passed: bool, elsewhere: int) -> None:
        self.n += 1
        self.passed += passed
        self.elsewhere += elsewhere
        self.squares += elsewhere * elsewhere
        self.elsewhere_of_passed += passed * elsewhere
        self.ways.extend(bytes(place - len(self.ways)))
        self.ways.append(_PASSED if passed else _NOT_PASSED)

    @property
    def way(self) -> bytes:
        """Equal for checks that agree; short where it is long."""
        return hashlib.sha256(self.ways).digest()

    @property
    def tells(self) -> bool:
        return self.n >= LEAST and 0 < self.passed < self.n

    def figures(self, graded: int) -> CheckFigures:
        first = self.first
        return CheckFigures(
            check=first.check,
            stage=first.stage,
            claim=first.claim,
            hidden=first.hidden,
            n=self.n,
            graded=graded,
            passed=self.passed,
            discrimination=self._correlation(),
        )

    def _correlation(self) -> float | None:
        """Pearson's; None where one of the two is always the same, or there are too few.

        The sums are of whole numbers, so nothing is lost by taking them one after the other.
        """
        n, passed = self.n, self.passed
        of_passing = n * passed - passed**2
        of_points = n * self.squares - self.elsewhere**2
        if n < LEAST or not of_passing or not of_points:
            return None
        both = n * self.elsewhere_of_passed - passed * self.elsewhere
        return max(-1.0, min(1.0, both / math.sqrt(of_passing * of_points)))
