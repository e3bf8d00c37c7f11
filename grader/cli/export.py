"""`grader export`: the grades of a class as the file that another system takes."""

from pathlib import Path

import click

from grader.cli.gradescope import hidden_option

TARGETS = (  # a test compares them with `grader.gradebooks.targets`
    *("canvas", "moodle", "blackboard", "brightspace"),
    *("canvas-feedback", "moodle-feedback"),
    *("gradescope", "autolab", "prairielearn", "classroom50", "junit"),
    *("nbgrader", "csv"),
)


@click.command()
@click.argument("folder", metavar="RESULTS", type=click.Path(file_okay=False, path_type=Path))
@click.option("--to", "target", type=click.Choice(TARGETS), required=True, help="Who takes it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The file; a folder where the target takes one file a submission.",
)
@click.option(
    "--template",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that the system gave you to download; it is read and never changed.",
)
@click.option(
    "--roster",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV of who is who: names, ids, addresses, usernames.",
)
@click.option("--column", default="", help="The assignment or item that is filled in.")
@click.option("--scale", is_flag=True, help="Scale the points to what the column gives.")
@click.option(
    "--allow-missing", is_flag=True, help="Leave out who has no row, in place of an error."
)
@click.option(
    "--feedback",
    is_flag=False,
    flag_value="",
    metavar="[COLUMN]",
    help="Fill in the column for feedback, too; name it if its header is not recognized.",
)
@hidden_option
@click.pass_context
def export(
    ctx: click.Context,
    folder: Path,
    target: str,
    output: Path,
    template: Path | None,
    roster: Path | None,
    column: str,
    scale: bool,
    allow_missing: bool,
    feedback: str | None,
    hidden: str,
) -> None:
    """Write the grades in RESULTS, the folder of `grader batch -o`, for another system.

    For Canvas, Moodle, Blackboard and Brightspace, name with --template the file that you
    downloaded there: one column of it is filled in, and every other byte stays.
    """
    from grader.cli import export_run

    ctx.exit(
        export_run.export_grades(
            folder,
            output,
            target=target,
            template=template,
            roster=roster,
            column=column,
            scale=scale,
            allow_missing=allow_missing,
            feedback=feedback,
            hidden=hidden,
        )
    )
