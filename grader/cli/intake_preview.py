"""What `grader batch` says of what was handed in, before it grades."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader.intake.class_intake import ClassIntake, opened_class
from grader.intake.roster import read_roster, roster_beside
from grader.policies.due_dates import zone_named
from grader.reports.intake_lines import intake_lines


@contextmanager
def opened_intake(
    submissions: Path,
    course_file: Path | None,
    roster_file: Path | None,
    *,
    layout: str,
    zone: str = "",
    whole: bool = False,
    as_packages: bool = False,
) -> Iterator[ClassIntake]:
    """What was handed in, after it was said what that is.

    Args:
        course_file: beside which a roster may lie.
        zone: of times that a download gives without one; empty: that of this machine.
        whole: all of it is said, to standard output.
        as_packages: what was handed in are packages without a main file.
    """
    place = roster_file or roster_beside(course_file)
    roster = read_roster(place) if place is not None else None
    if roster is not None:
        click.echo(f"Roster: {place}, {len(roster.rows)} people.", err=not whole)
    with opened_class(
        submissions,
        layout=layout,
        roster=roster,
        zone=zone_named(zone) if zone else None,
        as_packages=as_packages,
    ) as intake:
        for line in intake_lines(intake, whole=whole):
            click.echo(line, err=not whole)
        yield intake
