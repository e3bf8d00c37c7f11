"""`grader batch`: a class, for its instructor."""

from pathlib import Path
from typing import Any

import click

from grader.cli.edge import needs_torch
from grader.cli.options import LEVELS, assignment_option, jobs_option, sandbox_option


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--results",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for grades.csv, run.json and one report a submission; needed to grade.",
)
@jobs_option
@assignment_option
@click.option(
    "--suite",
    type=click.Path(file_okay=False, path_type=Path),
    help="Grade with a pytest suite of your own, as it is: the folder of its tests.",
)
@click.option(
    "--course",
    "course_file",
    type=click.Path(path_type=Path),
    help="course.yaml with the course's secret; by default the one here, or the nearest one "
    "above SUBMISSIONS.",
)
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(path_type=Path),
    help="CSV with who is in the course; by default the roster.csv beside the course.yaml.",
)
@click.option(
    "--layout",
    default="",
    metavar="NAME",
    help="What SUBMISSIONS is, where that is not recognized: plain, gradescope, canvas, moodle, "
    "blackboard, brightspace, nbgrader (or nbgrader:ASSIGNMENT), github.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be graded, and write nothing.")
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="confined",
    show_default=True,
    help="Weakest isolation level that will do; see `grader doctor` for what this machine reaches.",
)
@sandbox_option
@click.option(
    "--shard",
    default="1/1",
    metavar="I/N",
    help="Grade part I of N, as a task of an array job; all parts may have the same RESULTS. See "
    "also `grader merge`.",
)
@click.option(
    "--executor",
    default="local",
    show_default=True,
    metavar="WHERE",
    help="`local`: processes of this machine. `dask-local:N`: a Dask cluster of N workers that is "
    "started here. `dask:ADDRESS`: the workers of the scheduler there.",
)
@click.option("--force", is_flag=True, help="Grade again what is done already.")
@click.option(
    "--yes", "confirmed", is_flag=True, help="Take the place of results of another class."
)
@click.pass_context
def batch(
    ctx: click.Context,
    /,
    submissions: Path,
    folder: Path | None,
    dry_run: bool,
    course_file: Path | None,
    roster_file: Path | None,
    layout: str,
    suite: Path | None,
    **grading: Any,
) -> None:
    """Grade SUBMISSIONS: a folder with one file, folder, notebook or zip a student.

    It may also be what was downloaded, as it is: from Gradescope, Canvas, Moodle, Blackboard,
    Brightspace, nbgrader or GitHub. Before anything is graded, it says whose submissions these are.

    Running it again does only what is missing; nothing that is finished is ever lost.
    """
    if folder is None and not dry_run:
        raise click.MissingParameter(param_hint="'-o' / '--results'", param_type="option")
    needs_torch()
    from grader.cli import batch_run

    if suite is not None:
        grading["assignment"] = suite
    if folder is None or dry_run:
        named = grading["assignment"]
        ctx.exit(
            batch_run.preview(
                submissions, course_file, roster_file, layout=layout, assignment=named
            )
        )
    ctx.exit(
        batch_run.grade_class(
            submissions,
            folder,
            course_file=course_file,
            roster_file=roster_file,
            layout=layout,
            **grading,
        )
    )
