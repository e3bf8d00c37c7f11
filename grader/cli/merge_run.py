"""What `grader merge` does."""

from collections.abc import Sequence
from pathlib import Path

import click

from grader.batch.merging import merge_here, merge_into
from grader.cli.name_lists import named
from grader.records import Status
from grader.text import counted


def merge(folders: Sequence[Path], target: Path | None) -> int:
    """Join results folders and say what is there and what is missing; the exit code."""
    results = merge_into(target, folders) if target else merge_here(folders[0])
    run = results.last_run()
    counts = run.counts if run else {}
    said = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "none"
    click.echo(f"{counted(sum(counts.values()), 'submission')}: {said}.")
    click.echo(f"Grades: {results.grades}")
    if target:
        click.echo(f"`grader report {target}` writes the pages of the reports.")
    missing = results.without_report()
    if missing:
        click.echo(f"No report yet: {named(missing)}. Run the shards again.")
    if counts.get(Status.UNGRADED):
        click.echo("Some are ungraded through no fault of the students. Run the shards again.")
    return 3 if missing or counts.get(Status.UNGRADED) else 0
