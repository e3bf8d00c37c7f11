"""What `grader regrade` does."""

import getpass
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from grader.batch.applied_policy import policy_that_holds
from grader.batch.class_run import Summary, job_of, run_batch, versions_here
from grader.batch.regrade_forecast import regrade_forecast
from grader.batch.regrading import (
    apply_trial,
    begin_trial,
    changes_anything,
    end_trial,
    last_run,
    undo_regrade,
)
from grader.batch.results import Results, assert_apart
from grader.cli.clock import now
from grader.cli.diff_run import difference_of
from grader.cli.intake_preview import opened_intake
from grader.cli.progress import progress
from grader.cli.regrade_forecast_lines import forecast_lines
from grader.cli.report_run import pages_again
from grader.course_secret import stretched
from grader.courses.grade_differences import reasons
from grader.errors import CourseError, GraderError, NoSuchPath
from grader.intake.class_intake import ClassIntake
from grader.policies.policy_settings import not_listed, policy_of
from grader.records import GradingRun, Status
from grader.settings import (
    ASSIGNMENT_FILE,
    Assignment,
    Course,
    course_file_of,
    load_course,
    shipped,
)
from grader.suites.choosing import found_assignment
from grader.suites.suite import is_suite
from grader.text import counted


def show(
    folder: Path,
    submissions: Path | None,
    *,
    assignment: str | None,
    course_file: Path | None,
    roster_file: Path | None,
    layout: str | None,
    jobs: int | None,
    **grading: Any,
) -> int:
    """Grade in a copy what is touched, and print what would change; the exit code.

    Args:
        layout: of the submissions; None: as in the run before.
        grading: of the sandbox and its level, see `run_batch`.

    Raises:
        NoSuchPath: the submissions are not there.
        CourseError: there are no results, or they cannot be compared with what is to be graded.
    """
    results = Results(folder)
    asked = _asked(results, submissions, assignment, course_file)
    trial = begin_trial(results, asked.there)
    intake = _intake(asked, roster_file, layout)
    with intake as class_, progress() as told:
        summary = run_batch(
            class_,
            trial,
            assignment=asked.assignment,
            course=asked.course,
            n_workers=jobs or os.cpu_count() or 1,
            force=False,
            confirmed=True,
            told=told,
            now=now,
            **grading,
        )
    end_trial(results)
    _print_difference(results, trial, summary)
    return 3 if summary.count(Status.UNGRADED) else 0


def foretell(
    folder: Path,
    submissions: Path | None,
    *,
    assignment: str | None,
    course_file: Path | None,
    roster_file: Path | None,
    layout: str | None,
    jobs: int | None,
    require_level: str,
    sandbox: str,
) -> int:
    """Print what would be graded again, and why; the exit code. Nothing is changed.

    Raises:
        NoSuchPath: the submissions are not there.
        CourseError: there are no results, or they cannot be compared with what is to be graded.
    """
    results = Results(folder)
    asked = _asked(results, submissions, assignment, course_file)
    chosen, course = asked.assignment, asked.course
    policy = policy_of(course, chosen.name)
    with _intake(asked, roster_file, layout) as class_:
        known = results.secret() if not course.secret and results.has_secret() else ""
        secret = stretched(course.secret or known) if course.secret or known else ""
        job = job_of(chosen, course, secret=secret, require_level=require_level, sandbox=sandbox)
        key = job.key(chosen)
        forecast = regrade_forecast(class_, results, key=key, rule=policy.attempts)
    now_ = replace(
        asked.run,
        assignment_digest=chosen.digest,
        versions=versions_here(),
        secret_of_course=bool(course.secret),
    )
    changed = [*reasons(asked.run, now_, policy_changed=policy_that_holds(results) != policy)]
    if not secret:
        changed.append(f"{folder} has lost its secret, so hidden checks would get other inputs")
    for line in forecast_lines(forecast, changed, n_workers=jobs or os.cpu_count() or 1):
        click.echo(line)
    return 0


def decide(folder: Path, *, is_undo: bool, reason: str, by: str | None) -> None:
    """Apply what was shown, or undo the last regrade.

    Raises:
        GraderError: there is nothing of the kind, or no reason.
    """
    results, who = Results(folder), by or getpass.getuser()
    last_run(results)
    if not (why := " ".join(reason.split())):
        raise GraderError("a regrade needs a reason", fix="Say why, in a few words: --reason.")
    if not is_undo:
        changed = apply_trial(results, reason=why, by=who, at=now())
        click.echo(f"Applied: {counted(len(changed), 'new version')}. Earlier ones are kept.")
    else:
        changed, left = undo_regrade(results, reason=why, by=who, at=now())
        click.echo(f"Undone: {counted(len(changed), 'earlier version')} count again.")
        if left:
            click.echo(f"Graded since, and left as they are: {', '.join(left)}.")
    pages_again(results, changed)
    click.echo(f"Grades: {results.grades}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is graded again, by what."""

    run: GradingRun  # the last one
    there: Path
    assignment: Assignment
    place: Path | None  # of the course's settings
    course: Course


def _asked(
    results: Results, submissions: Path | None, assignment: str | None, course_file: Path | None
) -> _Asked:
    run = last_run(results)
    there = _submissions(submissions, run, results.folder)
    chosen = _assignment(assignment, run)
    place = course_file or course_file_of(there, here=Path())
    course = load_course(place)
    _assert_comparable(run, chosen, course)
    if odd := not_listed(course, chosen.name):
        click.echo(odd)
    return _Asked(run=run, there=there, assignment=chosen, place=place, course=course)


def _intake(
    asked: _Asked, roster_file: Path | None, layout: str | None
) -> AbstractContextManager[ClassIntake]:
    return opened_intake(
        asked.there,
        asked.place,
        roster_file,
        layout=asked.run.layout if layout is None else layout,
        zone=asked.course.zone,
        as_packages=is_suite(asked.assignment.folder),
    )


def _submissions(named: Path | None, run: GradingRun, results: Path) -> Path:
    """The folder of submissions: as named, or where it was."""
    there = named or Path(run.folder)
    if not there.exists() or (named is None and not run.folder):
        raise NoSuchPath(
            "the submissions are no longer there",
            at=str(named or run.folder or results),
            fix="Name their folder: `grader regrade RESULTS SUBMISSIONS`.",
        )
    assert_apart(results, there)
    return there


def _print_difference(results: Results, trial: Results, summary: Summary) -> None:
    for line in difference_of(results, trial):
        click.echo(line)
    n_again = len(summary.reports) - summary.already_done
    click.echo(f"{counted(n_again, 'submission')} graded again; nothing is applied yet.")
    if changes_anything(results):
        click.echo(f'To let it count: grader regrade {results.folder} --apply --reason "..."')


def _assert_comparable(run: GradingRun, assignment: Assignment, course: Course) -> None:
    """What is compared is the same assignment, with the same inputs of hidden checks."""
    if run.assignment != assignment.name:
        raise CourseError(
            f"the results are those of the assignment {run.assignment!r}",
            at=assignment.name,
            fix="Name that one: --assignment FOLDER.",
        )
    if run.secret_of_course not in (None, bool(course.secret)):
        had = "the secret of a course.yaml" if run.secret_of_course else "a secret of their own"
        raise CourseError(
            f"the results were made with {had}, so hidden checks would get other inputs",
            fix="Name the same course.yaml as then: --course FILE, or take its `secret` out.",
        )


def _assignment(named: str | None, run: GradingRun) -> Assignment:
    """The assignment as named, or the one before: in its folder, or a shipped one by its name."""
    before = run.assignment_folder or run.assignment
    if run.assignment_folder == "":  # and no folder here that is called the same
        before = str(shipped("assignments") / run.assignment)
    try:
        return found_assignment(named or before)
    except CourseError as error:
        if named or (Path(before) / ASSIGNMENT_FILE).is_file():
            raise
        problem = f"the assignment {run.assignment!r} is none that comes with the grader"
        if run.assignment_folder:
            problem = f"the assignment is no longer in {before}"
        raise CourseError(problem, fix="Name its folder: --assignment FOLDER.") from error
