"""PrairieLearn: the results.json of an external grader for one submission.

What cannot be read, and what could not be graded, is no attempt: `gradable` is false.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from grader.gradebooks.feedback_text import check_lines, feedback_text, stage_reasons
from grader.gradebooks.student_grades import StudentGrade
from grader.records import Verdict
from grader.text import counted

_MOST_CHARACTERS = 5_000  # of one text: the whole may have 1 MB


def results_json(student: StudentGrade) -> bytes:
    """The points as a share between 0 and 1, a test for each visible check, one for the rest."""
    if student.points is None:
        said: dict[str, Any] = {"gradable": False, "format_errors": [feedback_text(student)]}
    else:
        share = Fraction(student.points, student.max_points or 1)
        said = {
            "gradable": True,
            "score": float(min(max(share, Fraction(0)), Fraction(1))),
            "message": "\n".join(_told(student))[:_MOST_CHARACTERS],
            "tests": [*_visible(student), *_hidden(student)],
        }
    return json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _told(student: StudentGrade) -> Iterator[str]:
    """What changed the points, and what a person should know of the submission."""
    if explained := student.grade.explained:
        yield explained
    yield from student.report.notes


def _visible(student: StudentGrade) -> Iterator[dict[str, Any]]:
    for stage in student.report.stages:
        for check in stage.checks:
            if check.hidden:
                continue
            passed = check.verdict == Verdict.PASSED
            lines = [] if passed else [check.verdict.value, *check_lines(check)]
            if check is stage.first_failure:
                lines += stage_reasons(student.report.findings, stage.stage)
            yield {
                "name": f"{stage.title or stage.stage}: {check.claim or check.check}",
                "points": check.points,
                "max_points": check.max_points,
                "message": "\n".join(lines)[:_MOST_CHARACTERS],
            }


def _hidden(student: StudentGrade) -> Iterator[dict[str, Any]]:
    """Hidden checks in number alone. Without them, the points would not add up."""
    checks = [check for check in student.report.checks if check.hidden]
    if checks:
        yield {
            "name": counted(len(checks), "hidden check"),
            "points": sum(check.points for check in checks),
            "max_points": sum(check.max_points for check in checks),
            "message": "",
        }
