"""What `grader batch` says of what was handed in, and all that `grader batch --dry-run` does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader.errors import SubmissionError
from grader.intake.class_intake import ClassIntake, opened_class
from grader.intake.roster import read_roster, roster_beside
from grader.reports.intake_lines import intake_lines
from grader.settings import course_file_of, load_course


def preview(
    submissions: Path, course_file: Path | None, roster_file: Path | None, *, layout: str
) -> int:
    """Say whose submissions these are, and which cannot be read; the exit code."""
    place = course_file or course_file_of(submissions, here=Path())
    load_course(place)  # what is wrong with it is better known now
    with opened_intake(submissions, place, roster_file, layout=layout, whole=True) as intake:
        for entry in intake.entries:
            try:
                entry.newest.read()
            except SubmissionError as error:
                click.echo(f"{entry.name} cannot be read: {error.problem}.")
    click.echo("Nothing was graded, and nothing was written.")
    return 0


@contextmanager
def opened_intake(
    submissions: Path,
    course_file: Path | None,
    roster_file: Path | None,
    *,
    layout: str,
    whole: bool = False,
) -> Iterator[ClassIntake]:
    """What was handed in, after it was said what that is.

    Args:
        course_file: beside which a roster may lie.
        whole: all of it is said, to standard output.
    """
    place = roster_file or roster_beside(course_file)
    roster = read_roster(place) if place is not None else None
    if roster is not None:
        click.echo(f"Roster: {place}, {len(roster.rows)} people.", err=not whole)
    with opened_class(submissions, layout=layout, roster=roster) as intake:
        for line in intake_lines(intake, whole=whole):
            click.echo(line, err=not whole)
        yield intake
