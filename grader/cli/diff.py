"""`grader diff`: two results folders of one class, side by side."""

from pathlib import Path

import click


@click.command()
@click.argument("run_a", type=click.Path(file_okay=False, path_type=Path))
@click.argument("run_b", type=click.Path(file_okay=False, path_type=Path))
def diff(run_a: Path, run_b: Path) -> None:
    """Show whose grade differs between the results RUN_A and RUN_B, by how much and in which check.

    Nothing is changed. Both are folders of `grader batch -o`.
    """
    from grader.cli import diff_run

    diff_run.show_difference(run_a, run_b)
