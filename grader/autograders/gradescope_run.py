"""One submission on Gradescope: graded where it lies, with its results written as they come.

They are written before the first check, and again after each: whatever stops the process, what
was found until then is there, and says that it is not all.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.batch.grading_here import grade_here
from grader.durable_files import make_folder, write_whole
from grader.errors import SubmissionError
from grader.gradebooks.gradescope_results import HiddenTests, results_json, unfinished_json
from grader.harness.feedback import as_shown, check_as_shown
from grader.intake.reading import read
from grader.records import CheckResult, Report, StageResult, Status, Submission
from grader.report_key import grader_version
from grader.settings import Assignment, Course

_NAME = "submission"


def grade_for_gradescope(
    root: Path,
    *,
    assignment: Assignment,
    course: Course | None,
    hidden: HiddenTests,
    require_level: str,
) -> Report:
    """Grade what lies in `submission` and write `results/results.json`; the report for staff.

    Args:
        root: the folder that Gradescope calls /autograder.
        course: with the secret of hidden checks; without one they do not run.
        hidden: when students see hidden checks.
        require_level: the weakest isolation level that will do.

    Raises:
        CourseError: the assignment is wrong. The results say that grading was stopped.
        GraderFault: nothing can be graded here. The same.
    """
    make_folder(root / "results")
    results = root / "results" / "results.json"
    checked: list[CheckResult] = []
    feedback = course.feedback if course else "full"

    def write_so_far() -> None:
        write_whole(results, unfinished_json(_stages(checked, assignment), hidden=hidden))

    def told(result: CheckResult) -> None:
        checked.append(check_as_shown(result, feedback))
        write_so_far()

    write_so_far()
    reports: list[Report] = []
    try:
        submission = _submission(root)
    except SubmissionError as error:
        reports.append(_unreadable(error, assignment))
    else:
        grade_here(
            [submission],
            assignment=assignment,
            emit=reports.append,
            with_torch=submission.mentions_torch,
            require_level=require_level,
            course=course,
            told=told,
        )
    (report,) = reports
    write_whole(results, results_json(as_shown(report, feedback), hidden=hidden))
    return report


def _submission(root: Path) -> Submission:
    submission = read(root / "submission", _NAME)
    return replace(submission, handed_in_at=handed_in_at(root / "submission_metadata.json"))


def handed_in_at(metadata: Path) -> datetime | None:
    """When it was handed in, as Gradescope says; None if it does not: the file may be empty."""
    try:
        said: Any = json.loads(metadata.read_bytes())
        moment = datetime.fromisoformat(said["created_at"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return moment if moment.tzinfo else None


def _unreadable(error: SubmissionError, assignment: Assignment) -> Report:
    return Report(
        submission=_NAME,
        status=Status.UNREADABLE,
        assignment=assignment.name,
        key="",
        grader_version=grader_version(),
        reason=f"{error.problem}. {error.fix}",
    )


def _stages(checked: Sequence[CheckResult], assignment: Assignment) -> tuple[StageResult, ...]:
    """What is known by now, in the order of the stages."""
    made = (
        StageResult(
            stage=stage.name,
            title=stage.title,
            checks=tuple(check for check in checked if check.stage == stage.name),
        )
        for stage in assignment.stages
    )
    return tuple(stage for stage in made if stage.checks)
