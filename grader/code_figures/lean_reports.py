"""Reports without what no figure of a class is made of, so that a large class fits into memory.

What many submissions have in common, such as a stage in which all is right, is kept once.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from grader.records import CheckResult, Report, StageResult

T = TypeVar("T", bound=Hashable)


def lean_reports(reports: Iterable[Report]) -> Iterator[Report]:
    """The reports one after the other, each without its texts, evidence and output."""
    known: dict[Hashable, Hashable] = {}

    def once(value: T, key: Hashable = None) -> T:
        kept = known.setdefault(key if key is not None else value, value)
        return kept  # type: ignore[return-value]  # what stands under a key is of its kind

    for report in reports:
        stages = tuple(once(_lean_stage(stage), _content(stage)) for stage in report.stages)
        yield Report(
            submission=report.submission,
            status=report.status,
            assignment=once(report.assignment),
            key="",
            grader_version=once(report.grader_version),
            submission_digest=once(report.submission_digest),
            reason=report.reason,
            stages=once(stages, ("stages", *map(id, stages))),
            findings=once(report.findings),
            seconds=report.seconds,
        )


def _lean_stage(stage: StageResult) -> StageResult:
    return replace(stage, checks=tuple(map(_lean_check, stage.checks)))


def _lean_check(check: CheckResult) -> CheckResult:
    return CheckResult(
        check=check.check,
        stage=check.stage,
        claim=check.claim,
        verdict=check.verdict,
        points=check.points,
        max_points=check.max_points,
        hidden=check.hidden,
        answers=check.answers,
    )


def _content(stage: StageResult) -> Hashable:
    """Equal for equal stages: answers are left out where check results are compared."""
    checks = tuple((c.check, c.verdict, c.points, c.max_points, c.answers) for c in stage.checks)
    return stage.stage, checks
