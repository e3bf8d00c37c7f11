"""What `grader batch` does."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from grader.batch.class_run import Summary, run_batch
from grader.batch.grade_decisions import PolicyApplied
from grader.batch.grades import CodeGrade
from grader.batch.results import Results, assert_apart
from grader.batch.shards import Shard, shard_from
from grader.batch.shared_results import SharedResults
from grader.cli.clock import now
from grader.cli.executor_choice import chosen_executor
from grader.cli.intake_preview import opened_intake
from grader.cli.name_lists import named
from grader.cli.report_run import pages_of_class
from grader.course_secret import is_random
from grader.courses.code_marks import CodeMarks
from grader.courses.policy_summary import foretold, policy_sentences
from grader.errors import CourseError, SubmissionError
from grader.intake.class_intake import ClassIntake
from grader.policies.policy_settings import not_listed, policy_of
from grader.records import Report, Status
from grader.reports.check_faults import faults
from grader.reports.package_lines import missing_packages
from grader.reports.terminal import console, gradebook
from grader.settings import (
    Assignment,
    Course,
    course_file_in,
    course_file_of,
    load_course,
)
from grader.suites.choosing import found_assignment, suite_assignment
from grader.suites.suite import is_suite
from grader.text import counted, decimal

_GRADEBOOK_LINES = 60
_INTERRUPTED = 130
_GUESSED = (  # by whoever tries out words and names
    "note: the secret in course.yaml could be guessed, and takes half a second to be made harder "
    "to guess. `grader secret` makes a better one, for the next term."
)


def grade_class(
    submissions: Path,
    folder: Path,
    *,
    assignment: str | Path,
    course_file: Path | None,
    roster_file: Path | None,
    layout: str,
    jobs: int | None,
    shard: str,
    executor: str,
    **grading: Any,
) -> int:
    """Grade what was handed in into a results folder; the exit code.

    Args:
        assignment: its name or folder; as a path, the folder of a pytest suite.
        grading: of what is done again, the sandbox and its level, see `run_batch`.
    """
    part, results = _opened(folder, submissions, shard)
    place, course = _course(course_file, submissions)
    chosen, by_suite = _chosen(assignment)
    _assert_possible(executor, by_suite=by_suite)
    opened = partial(opened_intake, zone=course.zone, as_packages=by_suite)
    with opened(submissions, place, roster_file, layout=layout) as intake:
        _foretell(course, chosen, intake, whole=False)
        try:
            with chosen_executor(executor, jobs) as where:
                summary = run_batch(
                    intake,
                    results,
                    assignment=chosen,
                    course=course,
                    n_workers=where.n_workers,
                    shard=part,
                    told=where.told,
                    now=now,
                    start=where.start,
                    **grading,
                )
        except KeyboardInterrupt:
            return _stopped(folder)
    _finish(summary, results, chosen, course)
    return 3 if summary.count(Status.UNGRADED) else 0


def _opened(folder: Path, submissions: Path, shard: str) -> tuple[Shard, Results]:
    assert_apart(folder, submissions)
    part = shard_from(shard)
    return part, Results(folder) if part.count == 1 else SharedResults(folder)


def preview(
    submissions: Path,
    course_file: Path | None,
    roster_file: Path | None,
    *,
    layout: str,
    assignment: str | Path,
) -> int:
    """Say whose submissions these are, and which cannot be read; the exit code."""
    place, course = _course(course_file, submissions)
    chosen, by_suite = _chosen(assignment)
    with opened_intake(
        submissions,
        place,
        roster_file,
        layout=layout,
        zone=course.zone,
        whole=True,
        as_packages=by_suite,
    ) as intake:
        _foretell(course, chosen, intake, whole=True)
        for entry in intake.entries:
            try:
                entry.newest.read()
            except SubmissionError as error:
                click.echo(f"{entry.name} cannot be read: {error.problem}.")
    click.echo("Nothing was graded, and nothing was written.")
    return 0


def _chosen(assignment: str | Path) -> tuple[Assignment, bool]:
    """What is graded by, and whether that is a suite, for which whole packages are handed in."""
    if isinstance(assignment, Path):
        return suite_assignment(assignment), True
    found = found_assignment(assignment)
    return found, is_suite(found.folder)


def _assert_possible(executor: str, *, by_suite: bool) -> None:
    if by_suite and executor != "local":
        raise CourseError(
            f"a pytest suite is graded on one machine, got {executor!r}",
            at="--executor",
            fix="Leave out --executor, or take --shard on several machines.",
        )


def _foretell(course: Course, assignment: Assignment, intake: ClassIntake, *, whole: bool) -> None:
    """Say what the policy comes to, as far as that is known before anything is graded."""
    policy = policy_of(course, assignment.name)
    for line in (not_listed(course, assignment.name), *foretold(policy, intake, whole=whole)):
        if line:
            click.echo(line, err=not whole)


def _print_rest(missing: Sequence[str]) -> None:
    """What a shard says of the others."""
    if missing:
        click.echo(f"{len(missing)} of the class have no report yet: {named(missing)}.")
    else:
        click.echo("All of the class have a report.")


def _stopped(folder: Path) -> int:
    click.echo(
        f"\nStopped. What is finished is in {folder}; the same command does the rest.", err=True
    )
    return _INTERRUPTED


def _finish(summary: Summary, results: Results, chosen: Assignment, course: Course) -> None:
    """Write the pages, and say what came of the class."""
    pages_of_class(results, chosen, summary.reports.names)
    marks = CodeMarks(results)
    _print_gradebook(summary.reports, marks.grades())
    _print_closing(summary, results.folder)
    if isinstance(results, SharedResults):
        _print_rest(results.without_report())
    run = results.last_run()
    if run and (odd := not_listed(course, run.assignment)):
        click.echo(odd)
    missing = run.missing if run else ()
    for line in policy_sentences(marks.grades(), is_new=summary.has_new_policy, missing=missing):
        click.echo(line)
    by_hand = [d for d in marks.decisions().values() if not isinstance(d, PolicyApplied)]
    if by_hand:
        click.echo(
            f"Decisions by hand: {len(by_hand)}; `grader decide {results.folder}` lists them."
        )


def _course(named: Path | None, submissions: Path) -> tuple[Path | None, Course]:
    """The course and its file, which is said: hidden checks depend on it."""
    path = named or course_file_of(submissions, here=Path())
    course = load_course(path)
    said = f"Course: {path}" if path else "No course.yaml is here or above the submissions"
    secret = "" if course.secret else "; the results keep a secret of their own"
    if submissions.exists():  # else another sentence says more
        click.echo(f"{said}{secret}.", err=True)
    if course.secret and not is_random(course.secret):
        click.echo(_GUESSED, err=True)
    if submissions.is_dir() and (inside := course_file_in(submissions)):
        click.echo(f"{inside} lies among the submissions, and is taken for one.", err=True)
    return path, course


def _print_gradebook(reports: Sequence[Report], grades: Sequence[CodeGrade]) -> None:
    """The points of the newest reports, and what counts where that is something else."""
    if len(reports) > _GRADEBOOK_LINES:
        return
    points_now = {g.report.submission: decimal(g.final) if g.counts else g.status for g in grades}
    graded = {r.submission: str(r.points) for r in reports if r.status == Status.GRADED}
    is_other = any(points_now.get(name, points) != points for name, points in graded.items())
    console().print(gradebook(reports, points_now if is_other else None))


def _print_closing(summary: Summary, folder: Path) -> None:
    reports, already_done = summary.reports, summary.already_done
    counts = [(summary.count(status), status.value) for status in Status]
    said = ", ".join(f"{n} {word}" for n, word in counts if n)
    before = f"; {already_done} of them in an earlier run" if already_done else ""
    click.echo(f"\n{counted(len(reports), 'submission')}: {said}{before}.")
    click.echo(f"Grades: {folder / 'grades.csv'}")
    click.echo(f"Reports for students: {folder / 'reports'}; for staff only: {folder / 'staff'}")
    called = [r.submission for r in reports if any(s.times and s.stage for s in r.shortcuts)]
    if called:
        click.echo(f"Forbidden shortcuts were called by {named(called)}.")
    if summary.withdrawn:
        kept = f"What is known of them is kept in {folder / 'withdrawn'}."
        click.echo(f"No longer handed in: {named(summary.withdrawn)}. {kept}")
    for missing in missing_packages(reports):
        click.echo(missing)
    if summary.count(Status.UNGRADED):
        click.echo("Some are ungraded through no fault of the students. Run the command again.")
        for fault in faults(reports):
            click.echo(fault)
