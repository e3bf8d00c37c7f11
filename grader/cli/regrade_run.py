"""What `grader regrade` does."""

import getpass
import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from grader.batch.class_run import Summary, run_batch
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
from grader.cli.report_run import pages_again
from grader.errors import CourseError, GraderError, NoSuchPath
from grader.policies.policy_settings import not_listed
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
    run = last_run(results)
    there = _submissions(submissions, run, folder)
    chosen = _assignment(assignment, run)
    place = course_file or course_file_of(there, here=Path())
    course = load_course(place)
    _assert_comparable(run, chosen, course)
    if odd := not_listed(course, chosen.name):
        click.echo(odd)
    trial = begin_trial(results, there)
    known_layout = run.layout if layout is None else layout
    opened = partial(opened_intake, zone=course.zone, as_packages=is_suite(chosen.folder))
    intake = opened(there, place, roster_file, layout=known_layout)
    with intake as class_, progress() as told:
        summary = run_batch(
            class_,
            trial,
            assignment=chosen,
            course=course,
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
