"""Progress of a batch: a bar with time left in a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
from grader.text import counted

Told = Callable[[Report, int, int], None]
_LINES = 10  # about as many lines of progress in a log


@dataclass(frozen=True, slots=True)
class ClusterProgress:
    """What to call while several machines grade."""

    report: Told
    machines: Callable[[int, int], None]  # how many there are, and how many workers on them


@contextmanager
def progress() -> Iterator[Told]:
    """What to call with each report: (report, how many are done, of how many)."""
    with _told(lambda: "") as told:
        yield told


@contextmanager
def cluster_progress() -> Iterator[ClusterProgress]:
    """The same with the number of machines, and how many are graded in a second."""
    rate = _Rate()
    with _told(rate.said) as told:

        def report(report: Report, done: int, total: int) -> None:
            rate.done = done
            told(report, done, total)

        yield ClusterProgress(report, rate.machines)


@contextmanager
def _told(also: Callable[[], str]) -> Iterator[Told]:
    """Progress that says something more each time."""
    terminal = console(stderr=True)
    if not terminal.is_terminal:
        yield lambda report, done, total: _in_lines(done, total, also())
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
            said = " ".join(filter(None, [also(), report.submission]))
            bar.update(task, completed=done, total=total, description=said)

        yield told


class _Rate:
    """How many machines there are, and what they do in a second."""

    def __init__(self) -> None:
        self.done = 0
        self._begin: float | None = None
        self._who = ""

    def machines(self, n_machines: int, n_workers: int) -> None:
        if self._begin is None:
            self._begin = time.monotonic()  # the first worker is ready
        self._who = f"{counted(n_workers, 'worker')} on {counted(n_machines, 'machine')}"

    def said(self) -> str:
        seconds = time.monotonic() - self._begin if self._begin is not None else 0.0
        rate = self.done / seconds if seconds > 0 else 0.0
        return f"by {self._who}, {rate:.1f} a second"


def _in_lines(done: int, total: int, also: str) -> None:
    if done == total or done % max(1, total // _LINES) == 0:
        click.echo(f"graded {done} of {total} {also}".rstrip(), err=True)
