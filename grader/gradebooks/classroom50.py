"""Classroom 50: the result.json that an autograder leaves in a student's checkout."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from grader.errors import GraderError
from grader.gradebooks.student_grades import StudentGrade
from grader.records import Verdict

# What its workflow says in the environment, by the key in the file.
_SURROUNDINGS = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def result_json(
    student: StudentGrade, *, surroundings: Mapping[str, str], graded_at: datetime
) -> bytes:
    """The result, with points as integers, as its scheme asks for: a half is rounded upwards.

    Raises:
        GraderError: there is no grade, or the environment is not that of its workflow.
    """
    if student.points is None:
        raise GraderError(
            f"{student.name} is {student.why_none}: there is no result, and no zero",
            fix=student.report.reason or "Grade it again.",
        )
    missing = [name for name in _SURROUNDINGS.values() if not surroundings.get(name)]
    owner = surroundings.get("USERNAME") or surroundings.get("OWNER")
    missing += [] if owner else ["USERNAME"]
    if missing:
        raise GraderError(
            f"the environment does not say {', '.join(missing)}",
            fix="Run it in the autograder.py of Classroom 50, whose workflow sets them.",
        )
    said: dict[str, Any] = {"schema": "classroom50/result/v1"}
    said |= {key: surroundings[name] for key, name in _SURROUNDINGS.items()}
    said |= {"assignment_type": surroundings.get("ASSIGNMENT_TYPE", "individual"), "owner": owner}
    handed_in_at = student.report.handed_in_at or graded_at
    said |= {"datetime": handed_in_at.isoformat(), "graded_at": graded_at.isoformat()}
    said |= {"score": math.floor(student.points + Fraction(1, 2))}
    said |= {"max-score": student.max_points, "tests": list(_tests(student))}
    return json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _tests(student: StudentGrade) -> Iterator[dict[str, Any]]:
    """One a stage: the names of checks could tell what hidden ones look for."""
    for stage in student.report.stages:
        yield {
            "test-name": stage.title or stage.stage,
            "passed": all(check.verdict == Verdict.PASSED for check in stage.checks),
            "score": student.grade.points_of(stage),
            "max-score": student.grade.most_of(stage),
        }
