"""`grader batch`: a class, for its instructor."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.records import Report, Status

_GRADEBOOK_LINES = 60
_NAMES = 10  # of submissions in one line
LEVELS = ("full", "confined", "sealed", "partial", "none")  # a test compares them with the sandbox


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--results",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for grades.csv, run.json and one report a submission.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes; by default all cores.")
@click.option(
    "--assignment",
    default="decoder-generation",
    show_default=True,
    help="Name of an assignment, or its folder.",
)
@click.option(
    "--course",
    "course_file",
    type=click.Path(path_type=Path),
    help="course.yaml with the course's secret; by default ./course.yaml if it is there.",
)
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="confined",
    show_default=True,
    help="Weakest isolation level that will do; see `grader doctor` for what this machine reaches.",
)
@click.option("--force", is_flag=True, help="Grade again what is done already.")
@click.pass_context
def batch(
    ctx: click.Context,
    submissions: Path,
    folder: Path,
    jobs: int | None,
    assignment: str,
    course_file: Path | None,
    require_level: str,
    force: bool,
) -> None:
    """Grade every entry of the folder SUBMISSIONS: one file, folder, notebook or zip a student.

    Running it again does only what is missing; nothing that is finished is ever lost.
    """
    from grader.batch.class_run import run_batch
    from grader.batch.results import Results
    from grader.cli.progress import progress
    from grader.courses.code_marks import CodeMarks
    from grader.settings import find_assignment, load_course

    results = Results(folder)
    try:
        with progress() as told:
            summary = run_batch(
                submissions,
                results,
                assignment=find_assignment(assignment),
                course=load_course(course_file),
                n_workers=jobs or os.cpu_count() or 1,
                force=force,
                require_level=require_level,
                told=told,
                now=lambda: datetime.now(UTC),
                leave_out=folder,
            )
    except KeyboardInterrupt:
        click.echo(
            f"\nStopped. What is finished is in {folder}; the same command does the rest.", err=True
        )
        ctx.exit(130)
    _print_gradebook(summary.reports)
    _print_closing(summary.reports, summary.already_done, folder)
    if held := CodeMarks(results).decisions():
        click.echo(
            f"Decisions by hand: {len(held)}. They are in grades.csv, not in the points above."
        )
    ctx.exit(3 if summary.count(Status.UNGRADED) else 0)


def _print_gradebook(reports: tuple[Report, ...]) -> None:
    from grader.reports.terminal import console, gradebook

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
