"""What `grader batch` does."""

import os
from pathlib import Path

import click

from grader.batch.class_run import run_batch
from grader.batch.results import Results
from grader.cli.clock import now
from grader.cli.progress import progress
from grader.course_secret import is_random
from grader.courses.code_marks import CodeMarks
from grader.records import Report, Status
from grader.reports.terminal import console, gradebook
from grader.settings import Course, find_assignment, load_course

_GRADEBOOK_LINES = 60
_NAMES = 10  # of submissions in one line
_INTERRUPTED = 130
_GUESSED = (  # by whoever tries out words and names
    "note: the secret in course.yaml could be guessed, and takes half a second to be made harder "
    "to guess. `grader secret` makes a better one, for the next term."
)


def grade_class(
    submissions: Path,
    folder: Path,
    *,
    assignment: str,
    course_file: Path | None,
    jobs: int | None,
    force: bool,
    require_level: str,
    sandbox: str,
) -> int:
    """Grade a folder of submissions into a results folder; the exit code."""
    results = Results(folder)
    try:
        with progress() as told:
            summary = run_batch(
                submissions,
                results,
                assignment=find_assignment(assignment),
                course=_course(course_file),
                n_workers=jobs or os.cpu_count() or 1,
                force=force,
                require_level=require_level,
                sandbox=sandbox,
                told=told,
                now=now,
                leave_out=folder,
            )
    except KeyboardInterrupt:
        click.echo(
            f"\nStopped. What is finished is in {folder}; the same command does the rest.", err=True
        )
        return _INTERRUPTED
    _print_gradebook(summary.reports)
    _print_closing(summary.reports, summary.already_done, folder)
    if held := CodeMarks(results).decisions():
        click.echo(
            f"Decisions by hand: {len(held)}. They are in grades.csv, not in the points above."
        )
    return 3 if summary.count(Status.UNGRADED) else 0


def _course(file: Path | None) -> Course:
    course = load_course(file)
    if course.secret and not is_random(course.secret):
        click.echo(_GUESSED, err=True)
    return course


def _print_gradebook(reports: tuple[Report, ...]) -> None:
    if len(reports) <= _GRADEBOOK_LINES:
        console().print(gradebook(reports))


def _print_closing(reports: tuple[Report, ...], already_done: int, folder: Path) -> None:
    counts = [(sum(r.status == status for r in reports), status.value) for status in Status]
    said = ", ".join(f"{n} {word}" for n, word in counts if n)
    before = f"; {already_done} of them in an earlier run" if already_done else ""
    click.echo(f"\n{len(reports)} submissions: {said}{before}.")
    click.echo(f"Grades: {folder / 'grades.csv'}")
    click.echo(f"Reports for students: {folder / 'reports'}; for staff only: {folder / 'staff'}")
    called = [r.submission for r in reports if any(s.times and s.stage for s in r.shortcuts)]
    if called:
        more = f" and {len(called) - _NAMES} more" if len(called) > _NAMES else ""
        click.echo(f"Forbidden shortcuts were called by {', '.join(called[:_NAMES])}{more}.")
    if any(report.status == Status.UNGRADED for report in reports):
        click.echo("Some are ungraded through no fault of the students. Run the command again.")
