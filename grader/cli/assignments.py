"""`grader assignments` and `grader start`."""

from pathlib import Path

import click

from grader import settings
from grader.cli.files import make_output_folder, write_file
from grader.errors import CourseError
from grader.text import counted

_FOR_STUDENTS = {"handout.md": "handout.md", "starter.py": "submission.py"}


@click.command()
def assignments() -> None:
    """List the assignments in the order of the course, with their stages and points."""
    for assignment in settings.assignments():
        place = f"{assignment.place}. " if assignment.place else ""
        click.echo(
            f"{place}{assignment.name}: {assignment.title} ({counted(assignment.total, 'point')})"
        )
        for stage in assignment.stages:
            click.echo(f"  {stage.points:>3}  {stage.name:<26}{stage.title}")


@click.command()
@click.argument("name")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
def start(name: str, folder: Path | None) -> None:
    """Copy the handout and the starter of assignment NAME into FOLDER (by default, ./NAME).

    The starter becomes submission.py: fill it in and run `grader check submission.py`.
    """
    assignment = settings.find_assignment(name)
    target = folder or Path(assignment.name)
    missing = [old for old in _FOR_STUDENTS if not (assignment.folder / old).is_file()]
    if missing:
        raise CourseError(
            f"the assignment has no {missing[0]}",
            at=str(assignment.folder),
            fix="Write it, or name another assignment.",
        )
    there = [str(target / new) for new in _FOR_STUDENTS.values() if (target / new).exists()]
    if there:
        raise CourseError(
            "is there already, and is not overwritten", at=there[0], fix="Name another folder."
        )
    make_output_folder(target)
    for old, new in _FOR_STUDENTS.items():
        write_file(target / new, (assignment.folder / old).read_bytes())
    click.echo(f"{target}/ now holds handout.md (read it first) and submission.py (fill it in).")
    is_default = assignment.name == settings.DEFAULT_ASSIGNMENT
    named = "" if is_default else f" --assignment {name}"
    click.echo(f"Next: grader check {target / 'submission.py'}{named}")
