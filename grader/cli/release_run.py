"""What `grader release` does."""

from pathlib import Path

import click

from grader.cli.files import make_output_folder, write_file
from grader.cli.outputs import assert_outside_results
from grader.errors import CourseError
from grader.release.release_folder import made_release
from grader.release.student_wheel import student_wheel
from grader.settings import find_assignment


def make_release(assignment: str, folder: Path, *, with_wheel: bool) -> None:
    """Write a release of an assignment into a new folder.

    Raises:
        CourseError: there is no such assignment, it cannot be released, or the folder is in use.
        GraderError: the folder cannot be written.
    """
    chosen = find_assignment(assignment)
    if folder.is_dir() and any(folder.iterdir()):
        raise CourseError(
            "there is something in this folder, and nothing is overwritten",
            at=str(folder),
            fix="Name a new folder.",
        )
    assert_outside_results(folder)
    click.echo(f"Recording the answers of {chosen.name} ...", err=True)
    made = made_release(chosen)
    make_output_folder(folder)
    for name, content in made.files.items():
        write_file(folder / name, content)
    click.echo(
        f"{folder}/ now holds what students get: handout.md, starter.py, assignment.yaml, "
        f"{made.check_files} files of checks, and recorded answers ({made.megabytes:.1f} MB)."
    )
    if with_wheel:
        name, content = student_wheel(chosen.name, made.files)
        write_file(folder / name, content)
        click.echo(f"{folder / name} is the grader for students: `pip install` it.")
    click.echo(f"Next: grader check submission.py --assignment {folder}")
