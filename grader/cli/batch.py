"""`grader batch`: a class, for its instructor."""

from pathlib import Path

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
    required=True,
    help="Folder for grades.csv, run.json and one report a submission.",
)
@jobs_option
@assignment_option
@click.option(
    "--course",
    "course_file",
    type=click.Path(path_type=Path),
    help="course.yaml with the course's secret; by default the one here, or the nearest one "
    "above SUBMISSIONS.",
)
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
@click.option("--force", is_flag=True, help="Grade again what is done already.")
@click.option("--yes", is_flag=True, help="Take the place of results of another class.")
@click.pass_context
def batch(
    ctx: click.Context,
    submissions: Path,
    folder: Path,
    jobs: int | None,
    assignment: str,
    course_file: Path | None,
    require_level: str,
    sandbox: str,
    shard: str,
    force: bool,
    yes: bool,
) -> None:
    """Grade every entry of the folder SUBMISSIONS: one file, folder, notebook or zip a student.

    Running it again does only what is missing; nothing that is finished is ever lost.
    """
    needs_torch()
    from grader.cli import batch_run

    ctx.exit(
        batch_run.grade_class(
            submissions,
            folder,
            assignment=assignment,
            course_file=course_file,
            jobs=jobs,
            force=force,
            confirmed=yes,
            require_level=require_level,
            sandbox=sandbox,
            shard=shard,
        )
    )
