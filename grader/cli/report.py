"""`grader report`: finished reports as pages."""

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File for one page, or folder for all; by default beside the reports.",
)
@click.option(
    "--assignment",
    help="Name of the assignment, or its folder; by default the shipped one that the reports name.",
)
@click.pass_context
def report(
    ctx: click.Context, results: Path, name: str | None, output: Path | None, assignment: str | None
) -> None:
    """Write the reports of RESULTS as pages of HTML: all, or the one of NAME.

    RESULTS is a results folder of `grader batch`, or one report as JSON. Nothing is graded. A page
    is one file that needs nothing else; students get it as it is.
    """
    from grader.cli import report_run

    ctx.exit(report_run.write_pages(results, name, output=output, assignment=assignment))
