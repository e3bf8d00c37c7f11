"""What `grader audit` does."""

import os
from pathlib import Path

import click

from grader.audit.audit_run import audit
from grader.audit.result import Audit
from grader.cli.outputs import assert_output
from grader.cli.progress import progress
from grader.durable_files import write_whole
from grader.records import to_json
from grader.reports.audit_terminal import audit_csv, audit_report
from grader.reports.terminal import console
from grader.settings import find_assignment

_INTERRUPTED = 130


def audit_assignment(
    assignment: str,
    output: Path | None,
    *,
    in_full: bool,
    samples: int,
    jobs: int | None,
    require_level: str,
) -> int:
    """Audit an assignment and print the result; the exit code is 0 only if it is fair."""
    chosen = find_assignment(assignment)
    if output is not None:
        assert_output(output, reads=[chosen.folder])
    try:
        with progress() as told:
            result = audit(
                chosen,
                samples=samples,
                n_workers=jobs or os.cpu_count() or 1,
                require_level=require_level,
                told=told,
            )
    except KeyboardInterrupt:
        click.echo("\nStopped. Nothing is kept of an audit that is not finished.", err=True)
        return _INTERRUPTED
    console().print(audit_report(result, in_full=in_full))
    if output is not None:
        _write(result, output)
    return 0 if result.is_right else 1


def _write(result: Audit, output: Path) -> None:
    write_whole(output, to_json(result) if output.suffix == ".json" else audit_csv(result))
    click.echo(f"Written: {output}")
