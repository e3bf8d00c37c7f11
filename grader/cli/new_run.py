"""What `grader new` does."""

import re
import shlex
from pathlib import Path

import click

from grader.authoring.new_assignment import new_assignment
from grader.cli.files import make_output_folder, write_file
from grader.errors import CourseError
from grader.settings import ASSIGNMENT_FILE, load_assignment


def make_assignment(folder: Path, title: str) -> None:
    """Write a new assignment into a new folder, and say what to try.

    Raises:
        CourseError: the folder is in use, or its name or the title cannot be used.
        GraderError: the folder cannot be written.
    """
    name = folder.resolve().name
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name):
        raise CourseError(
            f"{name!r} is no name for an assignment",
            fix="Take letters, digits, points, hyphens and underscores, e.g. `layer-rates`.",
        )
    if folder.exists() and any(folder.iterdir()):
        raise CourseError(
            "there is something in this folder, and nothing is overwritten",
            at=str(folder),
            fix="Name a new folder.",
        )
    shown = " ".join((title or re.sub(r"[-_.]+", " ", name).strip().capitalize()).split())
    make_output_folder(folder)
    for file, content in new_assignment(shown).items():
        make_output_folder((folder / file).parent)
        write_file(folder / file, content)
    load_assignment(folder)
    click.echo(
        f"{folder}/ holds an assignment that runs: {ASSIGNMENT_FILE}, handout.md, starter.py,"
    )
    click.echo("reference.py, misconceptions.py, visible and hidden checks, and an example class.")
    click.echo("Try it, then change it piece by piece (docs/authors.md says how):")
    wrong = folder / "examples" / "submissions" / "no-root.py"
    named = shlex.quote(str(folder))
    click.echo(f"  grader check {shlex.quote(str(wrong))} --assignment {named}")
    click.echo(f"  grader examples {named}")
    click.echo(f"  grader audit {named} --samples 20")
