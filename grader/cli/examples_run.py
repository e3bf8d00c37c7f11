"""What `grader examples` does."""

import os

import click

from grader.audit.examples_run import run_examples
from grader.cli.clock import now
from grader.cli.progress import progress
from grader.reports.examples_terminal import examples_report
from grader.reports.terminal import console
from grader.settings import find_assignment


def grade_examples(assignment: str, *, jobs: int | None, require_level: str) -> int:
    """Print what differs; the exit code is 0 only if nothing does."""
    chosen = find_assignment(assignment)
    try:
        with progress() as told:
            outcome = run_examples(
                chosen,
                n_workers=jobs or os.cpu_count() or 1,
                require_level=require_level,
                told=told,
                now=now,
            )
    except KeyboardInterrupt:
        click.echo("\nStopped. Nothing is kept.", err=True)
        return 130
    console().print(examples_report(outcome))
    return 1 if outcome.differences else 0
