"""Groups of submissions whose wrong answers are equal, and that no known mistake explains.

They most likely share a mistake that has no name yet. The instructor can give it one: see
`grader name`.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.records import AnswerSketch, CheckResult, Report

_LEAST = 2  # submissions
_CLOSE = 1e-4  # relative; sketches have six digits

Signature = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]  # of a stage: kinds, numbers


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


@dataclass(slots=True)
class _Open:
    answers: tuple[AnswerSketch, ...]
    members: list[tuple[Report, CheckResult]]


def answer_groups(graded: Sequence[Report]) -> tuple[AnswerGroup, ...]:
    """The groups of at least two, the largest first."""
    open_: dict[tuple[object, ...], list[_Open]] = {}
    for report in graded:
        for stage, checks in _unexplained(report):
            answers = tuple(a for check in checks for a in check.answers)
            key = (stage, *(c.check for c in checks), *(answer.kind for answer in answers))
            groups = open_.setdefault(key, [])
            group = next((g for g in groups if _are_close(g.answers, answers)), None)
            if group is None:
                groups.append(group := _Open(answers, []))
            group.members.append((report, checks[0]))
    found = [_closed(g) for groups in open_.values() for g in groups if len(g.members) >= _LEAST]
    return tuple(sorted(found, key=lambda group: (-len(group.students), group.id)))


def _unexplained(report: Report) -> Iterator[tuple[str, list[CheckResult]]]:
    """The stages that lost points without a name, with their failed checks that have sketches."""
    named = {finding.stage for finding in report.findings if finding.misconceptions}
    for stage in report.stages:
        if stage.points < stage.max_points and stage.stage not in named:
            checks = [check for check in stage.checks if check.answers]
            if checks:
                yield stage.stage, checks


def _closed(group: _Open) -> AnswerGroup:
    report, check = group.members[0]
    said = "\0".join((check.check, *(f"{a.kind} {' '.join(a.numbers)}" for a in group.answers)))
    digest = hashlib.sha256(said.encode()).hexdigest()[:6]
    patterns = {f.pattern for f in report.findings if f.stage == check.stage}
    return AnswerGroup(
        id=f"{check.stage}-{digest}",
        stage=check.stage,
        students=tuple(member.submission for member, _ in group.members),
        check=check.check,
        claim=check.claim,
        pattern=" ".join(sorted(patterns)),
    )


def _are_close(some: Sequence[AnswerSketch], others: Sequence[AnswerSketch]) -> bool:
    """Whether sketches of the same kinds are of the same answers."""
    return all(map(_is_close, some, others))


def _is_close(one: AnswerSketch, other: AnswerSketch) -> bool:
    a, b = [float(n) for n in one.numbers], [float(n) for n in other.numbers]
    if len(a) != len(b):
        return False
    largest = max((abs(n) for n in a if math.isfinite(n)), default=0.0)
    return all(
        (math.isnan(x) and math.isnan(y)) or x == y or abs(x - y) <= _CLOSE * largest
        for x, y in zip(a, b, strict=True)
    )
