"""What `grader gradescope` does."""

from pathlib import Path

import click

from grader.autograders.gradescope_run import grade_for_gradescope
from grader.autograders.gradescope_zip import autograder_zip, has_hidden_checks
from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.errors import CourseError
from grader.gradebooks.gradescope_results import HiddenTests
from grader.records import Status
from grader.reports.check_faults import faults
from grader.settings import find_assignment, load_course

_UNGRADED = 3


def build_zip(
    assignment: str, output: Path, *, course_file: Path | None, hidden: str, require_level: str
) -> None:
    """Write the autograder zip, which nobody else may read.

    Raises:
        CourseError: there is no such assignment, or the course has no secret.
        GraderError: the zip cannot be made or written.
    """
    chosen = find_assignment(assignment)
    assert_output(output, reads=[course_file], ending=".zip")
    course = None
    if course_file is not None:
        if not load_course(course_file).secret:
            raise CourseError(
                "has no secret, and hidden checks draw their inputs from it",
                at=str(course_file),
                fix="Add the line that `grader secret` prints.",
            )
        course = course_file.read_bytes()
    content = autograder_zip(
        chosen, course=course, hidden=HiddenTests(hidden), require_level=require_level
    )
    write_file(output, content)
    output.chmod(0o600)
    click.echo(f"Written: {output} ({len(content) / 1e6:.1f} MB), for {chosen.title}.")
    if course is None and has_hidden_checks(chosen.folder):
        click.echo("Hidden checks do not run there: that takes --course with a secret.")
    elif course is not None:
        click.echo("It holds the secret of the course. Keep it to yourself.")
    click.echo("On Gradescope: Configure Autograder, upload it, and read the level in the log.")


def run_there(
    root: Path, *, assignment: str, course_file: Path | None, hidden: str, require_level: str
) -> int:
    """Grade one submission on Gradescope's machine; the exit code.

    Raises:
        CourseError: the assignment or the course is wrong.
        GraderFault: nothing can be graded here.
    """
    report = grade_for_gradescope(
        root,
        assignment=find_assignment(assignment),
        course=load_course(course_file) if course_file else None,
        hidden=HiddenTests(hidden),
        require_level=require_level,
    )
    click.echo(f"{report.status.value}: {report.points} of {report.max_points} points.")
    if report.isolation:
        click.echo(f"Isolation level: {report.isolation.level}.")
    for fault in faults([report]):
        click.echo(f"error: {fault}")
    return _UNGRADED if report.status == Status.UNGRADED else 0
