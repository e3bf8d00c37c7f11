"""Groups of submissions whose wrong answers are equal, and that no known mistake explains.

They most likely share a mistake that has no name yet. The instructor can give it one: see
`grader name`.
"""

import hashlib
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from sys import intern

from grader.records import AnswerSketch, CheckResult, Report

_LEAST = 2  # submissions
_CLOSE = 1e-4  # relative; sketches have six digits
_CELL = 4 * _CLOSE  # more than the place of close answers can differ, so a neighbour holds them
_WEIGHTS = (1.0, -0.7, 0.45, -0.9, 0.3, 0.8, -0.55)  # such that answers rarely share a place

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGroup:
    """Submissions that got the same wrong answers in one stage."""

    id: str  # the stage and a digest of what came
    stage: str
    students: tuple[str, ...]
    check: str  # the first that they fail
    claim: str
    pattern: str  # what their errors have in common, if that is known

    @property
    def representative(self) -> str:
        return self.students[0]


class AnswerGroups:
    """The groups of a class, one report after the other.

    An answer is compared with those near it alone, so a class whose answers are wrong each in
    their own way takes the time of its size and not of its square.
    """

    def __init__(self) -> None:
        self._alike: dict[tuple[object, ...], _Alike] = {}

    def add(self, report: Report) -> None:
        """Take a report with a grade: where its answers are known, it joins who gave them first."""
        for stage, checks in _unexplained(report):
            answers = [answer for check in checks for answer in check.answers]
            numbers = [array("d", map(float, answer.numbers)) for answer in answers]
            names = (stage, *(c.check for c in checks), *(answer.kind for answer in answers))
            alike = self._alike.setdefault((*names, *map(_form, numbers)), _Alike())
            group = alike.known(numbers)
            if group is None:
                group = _opened(report, checks[0], answers)
                alike.add(group, numbers)
            group.students.append(report.submission)

    def found(self) -> tuple[AnswerGroup, ...]:
        """The groups of at least two, the largest first."""
        groups = (group for alike in self._alike.values() for group in alike.groups)
        closed = [_closed(group) for group in groups if len(group.students) >= _LEAST]
        return tuple(sorted(closed, key=lambda group: (-len(group.students), group.id)))


@dataclass(slots=True)
class _Open:
    """A group that may grow: what is said of it follows from its first member."""

    id: str
    stage: str
    check: str
    claim: str
    pattern: str
    students: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Alike:
    """Groups of one stage whose answers are of one form, by the place of their numbers."""

    groups: list[_Open] = field(default_factory=list)
    _numbers: "list[array[float]]" = field(default_factory=list)  # of each group, in a row
    _at: "dict[Place, array[int]]" = field(default_factory=dict)  # the groups of a place

    def known(self, numbers: "Sequence[array[float]]") -> _Open | None:
        """The first group that has these answers but for rounding."""
        across, down = _place(numbers)
        places = product((across - 1, across, across + 1), (down - 1, down, down + 1))
        near = sorted(group for place in places for group in self._at.get(place, ()))
        close = (group for group in near if _are_close(self._numbers[group], numbers))
        return next((self.groups[group] for group in close), None)

    def add(self, group: _Open, numbers: "Sequence[array[float]]") -> None:
        self._at.setdefault(_place(numbers), array("L")).append(len(self.groups))
        self.groups.append(group)
        self._numbers.append(array("d", (one for answer in numbers for one in answer)))


def _unexplained(report: Report) -> Iterator[tuple[str, list[CheckResult]]]:
    """The stages that lost points without a name, with their failed checks that have sketches."""
    named = {finding.stage for finding in report.findings if finding.misconceptions}
    for stage in report.stages:
        if stage.points < stage.max_points and stage.stage not in named:
            checks = [check for check in stage.checks if check.answers]
            if checks:
                yield stage.stage, checks


def _opened(report: Report, check: CheckResult, answers: Sequence[AnswerSketch]) -> _Open:
    said = "\0".join((check.check, *(f"{a.kind} {' '.join(a.numbers)}" for a in answers)))
    digest = hashlib.sha256(said.encode()).hexdigest()[:6]
    patterns = {f.pattern for f in report.findings if f.stage == check.stage}
    return _Open(
        id=f"{check.stage}-{digest}",
        stage=intern(check.stage),
        check=intern(check.check),
        claim=intern(check.claim),
        pattern=intern(" ".join(sorted(patterns))),
    )


def _closed(group: _Open) -> AnswerGroup:
    return AnswerGroup(
        id=group.id,
        stage=group.stage,
        students=tuple(group.students),
        check=group.check,
        claim=group.claim,
        pattern=group.pattern,
    )


def _form(numbers: "array[float]") -> tuple[object, ...]:
    """What is the same in close answers: their number, what is not finite, whether all is 0."""
    odd = tuple((i, str(one)) for i, one in enumerate(numbers) if not math.isfinite(one))
    return len(numbers), odd, _largest(numbers) > 0


def _largest(numbers: "array[float]") -> float:
    return max((abs(one) for one in numbers if math.isfinite(one)), default=0.0)


def _place(answers: "Sequence[array[float]]") -> Place:
    """By the size of the answers, and by a sum of what they are without it.

    The largest numbers of close answers differ by 1e-4 of themselves, so their logarithms by that,
    and each entry as a part of the largest by twice that.
    """
    sizes, total, n = 0.0, 0.0, 0
    largest = [one for one in map(_largest, answers) if one > 0]
    for numbers in answers:
        if (most := _largest(numbers)) > 0:
            sizes += math.log(most) / len(largest)
            for place, one in enumerate(numbers):
                if math.isfinite(one):
                    total += _WEIGHTS[place % len(_WEIGHTS)] * (one / most)
                    n += 1
    return math.floor(sizes / _CELL), math.floor(total / (n or 1) / _CELL)


def _are_close(known: "array[float]", answers: "Sequence[array[float]]") -> bool:
    """Whether the numbers of a group, in a row, are those of answers of the same form."""
    begin = 0
    for numbers in answers:
        end = begin + len(numbers)
        if not _is_close(known[begin:end], numbers):
            return False
        begin = end
    return True


def _is_close(one: "array[float]", other: "array[float]") -> bool:
    largest = _largest(one)
    return all(
        (math.isnan(x) and math.isnan(y)) or x == y or abs(x - y) <= _CLOSE * largest
        for x, y in zip(one, other, strict=True)
    )
