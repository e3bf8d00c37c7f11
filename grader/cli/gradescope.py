"""`grader gradescope`: an autograder for Gradescope, made here and run there."""

from pathlib import Path

import click

from grader.cli.edge import needs_torch
from grader.cli.options import LEVELS, one_thread
from grader.cli.suggesting import SuggestingGroup

HIDDEN = ("after_published", "after_due_date", "hidden", "visible")

hidden_option = click.option(
    "--hidden",
    type=click.Choice(HIDDEN),
    default=HIDDEN[0],
    show_default=True,
    help="When students see hidden checks on Gradescope.",
)
level_option = click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="confined",
    show_default=True,
    help="Weakest isolation level that will do there; the log of the build names the one reached.",
)
course_option = click.option(
    "--course",
    "course_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="course.yaml with the secret; without it hidden checks do not run.",
)


@click.group(cls=SuggestingGroup)
def gradescope() -> None:
    """An autograder for Gradescope, made here and run there."""


@gradescope.command()
@click.argument("assignment")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The zip.",
)
@course_option
@hidden_option
@level_option
def build(
    assignment: str, output: Path, course_file: Path | None, hidden: str, require_level: str
) -> None:
    """Make the autograder zip of ASSIGNMENT, a name or a folder.

    Upload it under Configure Autograder. It holds the checks and the secret: keep it to yourself.
    """
    from grader.cli import gradescope_run

    gradescope_run.build_zip(
        assignment, output, course_file=course_file, hidden=hidden, require_level=require_level
    )


@gradescope.command()
@click.argument("root", type=click.Path(file_okay=False, path_type=Path))
@click.option("--assignment", required=True, help="The assignment's folder.")
@course_option
@hidden_option
@level_option
@click.pass_context
def run(
    ctx: click.Context,
    root: Path,
    assignment: str,
    course_file: Path | None,
    hidden: str,
    require_level: str,
) -> None:
    """Grade ROOT/submission and write ROOT/results/results.json.

    The autograder zip does this on Gradescope, where ROOT is /autograder. Exit code 3 if there is
    no grade through no fault of the student.
    """
    one_thread()
    needs_torch()
    from grader.cli import gradescope_run

    ctx.exit(
        gradescope_run.run_there(
            root,
            assignment=assignment,
            course_file=course_file,
            hidden=hidden,
            require_level=require_level,
        )
    )
