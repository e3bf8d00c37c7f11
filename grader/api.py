"""Grade and read from Python; these names will not change.

    from grader.api import grade_submission

    report = grade_submission("ada.py", assignment="perplexity")
    print(report.points, "of", report.max_points)

Paths and names go in, records come out, and nothing is printed. What goes wrong is a
`GraderError`: `SubmissionError`, `CourseError` or `GraderFault` says whose fault it is. Everything
else of `grader` but this module and `grader.checks` may change with each release.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader.batch.class_run import run_batch
from grader.batch.grading_here import grade_here
from grader.batch.results import Results, assert_apart
from grader.errors import CourseError, GraderError, GraderFault, SubmissionError
from grader.intake.class_intake import opened_class
from grader.intake.reading import read
from grader.intake.roster import read_roster, roster_beside
from grader.policies.due_dates import zone_named
from grader.records import (
    CheckResult,
    Finding,
    Isolation,
    Report,
    Shortcut,
    SourceLine,
    StageResult,
    Status,
    Verdict,
    report_from_json,
)
from grader.sandbox.named import OURS
from grader.settings import course_file_of, find_assignment, load_course
from grader.store.quiz_store import QuizStore, StoredAnswer, StoredAttempt
from grader.store.quiz_store import open_store as _open_store

__all__ = [
    "CheckResult",
    "CourseError",
    "Finding",
    "GraderError",
    "GraderFault",
    "Isolation",
    "QuizStore",
    "Report",
    "Shortcut",
    "SourceLine",
    "StageResult",
    "Status",
    "StoredAnswer",
    "StoredAttempt",
    "SubmissionError",
    "Verdict",
    "grade_folder",
    "grade_submission",
    "open_store",
    "read_report",
]


def grade_submission(
    submission: str | Path,
    *,
    assignment: str | Path,
    course: str | Path | None = None,
    require_level: str = "confined",
) -> Report:
    """Grade one submission in this process. Since 0.2.

    Args:
        submission: a .py file, a .ipynb notebook, a .zip, or a folder.
        assignment: the name of a shipped assignment, or the path of a folder.
        course: a course.yaml. With it the hidden checks run, with its secret, and the report is
            for staff; without it only the visible ones run.
        require_level: the weakest isolation level that will do.

    Raises:
        SubmissionError: the submission cannot be read.
        CourseError: there is no such assignment, or it or the course is wrong.
        GraderFault: this machine does not reach the isolation level.
    """
    chosen = find_assignment(str(assignment))
    settings = load_course(Path(course)) if course is not None else None
    once = read(Path(submission))
    reports: list[Report] = []
    grade_here(
        [once],
        assignment=chosen,
        emit=reports.append,
        with_torch=once.mentions_torch,
        require_level=require_level,
        course=settings,
    )
    return reports[0]


def _now() -> datetime:
    return datetime.now(UTC)


def grade_folder(
    submissions: str | Path,
    results: str | Path,
    *,
    assignment: str | Path,
    course: str | Path | None = None,
    n_workers: int | None = None,
    force: bool = False,
    require_level: str = "confined",
    sandbox: str = OURS,
    confirmed: bool = False,
    layout: str = "",
    roster: str | Path | None = None,
    now: Callable[[], datetime] = _now,
) -> tuple[Report, ...]:
    """Grade every entry of a folder as `grader batch` does; what is up to date stays. Since 0.2.

    The reports are those for staff. The workers are started afresh, so a program that calls this
    does it below `if __name__ == "__main__":`.

    Args:
        submissions: a folder with one file, folder, notebook or zip a student, or a download of
            Gradescope, Canvas, Moodle, Blackboard, Brightspace, nbgrader or GitHub, as it is.
        results: the folder for grades and reports; it is made, and read by the next run.
        assignment: the name of a shipped assignment, or the path of a folder.
        course: a course.yaml; by default ./course.yaml, or the nearest above the submissions.
        n_workers: processes; by default one a core.
        force: grade again what is done already.
        require_level: the weakest isolation level that will do.
        sandbox: its name, see `grader.sandbox.named`.
        confirmed: whether the results may be those of another class up to now.
        layout: the name of the download's layout; by default it is recognized. Since 0.4.
        roster: a CSV with who is in the course; by default the roster.csv beside the course.yaml.
            Since 0.4.
        now: the clock by which reports are kept.

    Raises:
        SubmissionError: there is no such folder, or nothing in it, or it can be of two layouts.
        CourseError: there is no such assignment, or it or the course is wrong; the results are
            those of another class, or lie among the submissions.
        GraderFault: this machine does not reach the isolation level, or a file cannot be written.
    """
    assert_apart(Path(results), Path(submissions))
    named = Path(course) if course is not None else course_file_of(Path(submissions), here=Path())
    listed = Path(roster) if roster is not None else roster_beside(named)
    people = read_roster(listed) if listed is not None else None
    settings = load_course(named)
    zone = zone_named(settings.zone) if settings.zone else None
    with opened_class(Path(submissions), layout=layout, roster=people, zone=zone) as intake:
        summary = run_batch(
            intake,
            Results(Path(results)),
            assignment=find_assignment(str(assignment)),
            course=settings,
            n_workers=n_workers or os.cpu_count() or 1,
            force=force,
            require_level=require_level,
            sandbox=sandbox,
            told=lambda report, done, total: None,
            now=now,
            confirmed=confirmed,
        )
    return tuple(summary.reports)


def read_report(path: str | Path) -> Report:
    """Read a report that a batch has written, or `grader check --json`. Since 0.2.

    Raises:
        GraderFault: the file cannot be read, or holds no report.
    """
    try:
        return report_from_json(Path(path).read_bytes())
    except OSError as error:
        raise GraderFault(
            f"cannot be read ({error.strerror})", at=str(path), fix="Check the path and its rights."
        ) from error
    except msgspec.DecodeError as error:
        raise GraderFault(
            f"is no report: {error}", at=str(path), fix="Name a file of reports/ or staff/."
        ) from error


def open_store(where: str | Path) -> QuizStore:
    """Open the attempts at quizzes; close it, or use it with `with`. Since 0.2.

    Args:
        where: the path of an SQLite file, which is made if it is missing, or a database URL.

    Raises:
        GraderFault: there is no such database, it cannot be used, or a newer grader made it.
    """
    return _open_store(where)
