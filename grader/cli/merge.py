"""`grader merge`: what several runs have graded, for the instructor of the class."""

from pathlib import Path

import click


@click.command()
@click.argument(
    "folders",
    metavar="RESULTS...",
    nargs=-1,
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
)
@click.option(
    "-o",
    "--results",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="New folder for several RESULTS joined; they stay as they are.",
)
@click.pass_context
def merge(ctx: click.Context, folders: tuple[Path, ...], target: Path | None) -> None:
    """Join what `grader batch --shard` has graded: one run.json, one grades.csv.

    Without -o, RESULTS is one folder that all shards have written to. It ends with 3 if a report
    is missing or ungraded.
    """
    if target is None and len(folders) > 1:
        raise click.UsageError("Several folders are joined in a new one: name it with -o.")
    from grader.cli import merge_run

    ctx.exit(merge_run.merge(folders, target))
