"""What `grader gradebook` does."""

from pathlib import Path

import click

from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.courses.course_gradebook import course_gradebook, gradebook_table
from grader.courses.gradebook_folders import gradebook_folders
from grader.errors import CourseError, NoSuchPath
from grader.intake.roster import roster_beside
from grader.settings import course_file_in, load_course
from grader.text import counted


def write_gradebook(course: Path, output: Path) -> None:
    """Write the gradebook of a course.

    Raises:
        NoSuchPath: there is no course.yaml.
        CourseError: it lists nothing, or what it lists holds no results.
        WrongOutput: something would be lost where the gradebook is to be written.
    """
    path = course_file_in(course) if course.is_dir() else course
    if path is None or not path.is_file():
        raise NoSuchPath(
            "there is no course.yaml", at=str(course), fix="Name the file, or its folder."
        )
    assert_output(output, reads=[path, roster_beside(path)])
    items = load_course(path).gradebook
    if not items:
        raise CourseError(
            "`gradebook` lists nothing",
            at=str(path),
            fix="Write e.g. `gradebook: [{results: results, weight: 70}]`.",
        )
    rows = course_gradebook(items, gradebook_folders(items, path.parent, at=str(path)))
    write_file(output, gradebook_table(rows, items))
    done = sum(row.total is not None for row in rows)
    click.echo(f"{counted(len(rows), 'student')}; {done} have a total. Gradebook: {output}")
