"""Autolab: what an autograder prints, with the scores in its last line.

Before Autolab reads that line as JSON it puts quotes around each word before a colon, inside of
strings, too. So no word stands before a colon in what is written here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from grader.gradebooks.decimals import json_number, rounded
from grader.gradebooks.feedback_text import feedback_text
from grader.gradebooks.student_grades import StudentGrade
from grader.records import StageResult, Verdict

_LONGEST_HINT = 300


def printed(student: StudentGrade) -> bytes:
    """The feedback, and one score for each stage by its name; no score where there is no grade."""
    lines = [feedback_text(student)]
    if student.points is not None:
        lines += [json.dumps(_presentation(student)), json.dumps(_scores(student))]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _scores(student: StudentGrade) -> dict[str, Any]:
    """What a policy takes off is spread over no stage: it has a score of its own."""
    grade = student.grade
    scores = {_plain(s.stage): grade.points_of(s) for s in student.report.stages}
    difference = rounded(grade.final) - sum(scores.values())
    by_policy = {"policy": json_number(difference)} if difference else {}
    return {"scores": scores | by_policy, "scoreboard": [json_number(grade.final)]}


def _presentation(student: StudentGrade) -> dict[str, Any]:
    stages = [s for s in student.report.stages if any(not check.hidden for check in s.checks)]
    shown = {_plain(stage.stage): dict(_checks(stage)) for stage in stages}
    return {"_presentation": "semantic", "stages": list(shown), **shown}


def _checks(stage: StageResult) -> Iterator[tuple[str, dict[str, Any]]]:
    for check in stage.checks:
        if check.hidden:
            continue
        said: dict[str, Any] = {"passed": check.verdict == Verdict.PASSED}
        if not said["passed"]:
            said["hint"] = _plain((check.message or check.verdict.value)[:_LONGEST_HINT])
        yield _plain(check.claim or check.check), said


def _plain(text: str) -> str:
    return re.sub(r"(?<=[A-Za-z0-9]):", " -", text)
