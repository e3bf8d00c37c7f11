"""Progress of a batch: a bar with time left in a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from grader.records import Report
from grader.reports.terminal import console

Told = Callable[[Report, int, int], None]
_LINES = 10  # about as many lines of progress in a log


@contextmanager
def progress() -> Iterator[Told]:
    """What to call with each report: (report, how many are done, of how many)."""
    terminal = console(stderr=True)
    if not terminal.is_terminal:
        yield _in_lines
        return
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("time left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def told(report: Report, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=report.submission)

        yield told


def _in_lines(report: Report, done: int, total: int) -> None:
    if done == total or done % max(1, total // _LINES) == 0:
        click.echo(f"graded {done} of {total}", err=True)
