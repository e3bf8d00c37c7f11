"""Gradescope: the results.json of one submission, whole or as far as grading has come.

A check is a test there. What has no grade has no test and no score, which Gradescope shows as a
failed run and never as a zero.
"""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Any

from grader.gradebooks.decimals import json_number
from grader.gradebooks.feedback_text import check_lines, stage_reasons, without_grade
from grader.records import CheckResult, Finding, Report, StageResult, Status, Verdict
from grader.text import counted

_MOST_CHARACTERS = 20_000  # of one text


class HiddenTests(StrEnum):
    """When students see hidden checks. Gradescope keeps the total back as long as one is."""

    AFTER_PUBLISHED = "after_published"
    AFTER_DUE_DATE = "after_due_date"
    HIDDEN = "hidden"  # never; the total is shown
    VISIBLE = "visible"


def results_json(
    report: Report, *, hidden: HiddenTests, final: Fraction | None = None, explained: str = ""
) -> bytes:
    """The results of a submission that was graded, or that cannot be.

    Args:
        report: as students may have it.
        final: the points of the gradebook, where they may differ from the sum of the checks.
        explained: why they differ.
    """
    if report.status != Status.GRADED:
        return _written({"output": without_grade(report)}, status=report.status.value)
    said: dict[str, Any] = {"output": _output(report, explained)}
    said["tests"] = list(_tests(report.stages, report.findings, hidden))
    if final is not None and final != report.points:
        said["score"] = json_number(final)
    level = report.isolation.level if report.isolation else ""
    return _written(said, status=report.status.value, isolation=level)


def unfinished_json(stages: Sequence[StageResult], *, hidden: HiddenTests) -> bytes:
    """The results so far, should nothing come after them."""
    n_done = sum(len(stage.checks) for stage in stages)
    said: dict[str, Any] = {
        "output": f"Grading was stopped after {counted(n_done, 'check')}, through no fault of "
        "yours, and what is shown is not all. Your course has to run it again."
    }
    if n_done:
        said["tests"] = list(_tests(stages, (), hidden))
    return _written(said, status="unfinished")


def _written(said: dict[str, Any], **extra: str) -> bytes:
    whole = {**said, "output_format": "text", "stdout_visibility": "hidden", "extra_data": extra}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _output(report: Report, explained: str) -> str:
    hidden = [check for check in report.checks if check.hidden]
    parts = [*report.notes, explained]
    if hidden:
        are = "is" if len(hidden) == 1 else "are"
        worth = counted(sum(check.max_points for check in hidden), "point")
        of = counted(len(report.checks), "check")
        parts.append(f"{len(hidden)} of the {of} {are} hidden, worth {worth}.")
    if report.hidden_checks_left:
        left = counted(report.hidden_checks_left, "hidden check")
        worth = counted(report.hidden_points_left, "point")
        parts.append(f"{left}, worth {worth}, are run when your course grades you.")
    parts.append(report.chain)
    return "\n".join(part for part in parts if part)[:_MOST_CHARACTERS]


def _tests(
    stages: Sequence[StageResult], findings: tuple[Finding, ...], hidden: HiddenTests
) -> Iterator[dict[str, Any]]:
    for number, stage in enumerate(stages, start=1):
        for place, check in enumerate(stage.checks, start=1):
            reasons = stage_reasons(findings, stage.stage) if check is stage.first_failure else ()
            yield _test(check, stage, f"{number}.{place}", hidden=hidden, reasons=tuple(reasons))


def _test(
    check: CheckResult,
    stage: StageResult,
    number: str,
    *,
    hidden: HiddenTests,
    reasons: Sequence[str],
) -> dict[str, Any]:
    verdict = check.verdict.value
    lines = [] if check.verdict == Verdict.PASSED else [verdict, *check_lines(check), *reasons]
    return {
        "name": f"{stage.title or stage.stage}: {check.claim or check.check}",
        "number": number,
        "score": check.points,
        "max_score": check.max_points,
        "status": "passed" if check.verdict == Verdict.PASSED else "failed",
        "output": "\n".join(lines)[:_MOST_CHARACTERS],
        "visibility": (hidden if check.hidden else HiddenTests.VISIBLE).value,
    }
