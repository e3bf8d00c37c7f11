"""What `grader debug` does."""

import re
from pathlib import Path

import click

from grader.cli.edge import needs_torch
from grader.cli.files import write_file
from grader.cli.stages import with_stage
from grader.debugging.failing_call import failing_call
from grader.debugging.script import MARK, DebugScript, debug_script
from grader.errors import GraderError, SubmissionError
from grader.intake.folder import files_in_folder
from grader.intake.main_file import main_file
from grader.intake.reading import read
from grader.records import Report, Submission
from grader.settings import find_assignment

_FRAMEWORK = re.compile(r"^FRAMEWORK\s*=\s*['\"](torch|numpy)['\"]", re.MULTILINE)


def write_script(
    path: Path, stage: str, *, assignment: str, require_level: str, sandbox: str
) -> int:
    """Write the script for the first call that fails; 1 if there is none to be written.

    Raises:
        SubmissionError: the submission cannot be read, or is no Python file.
        CourseError: there is no such assignment, stage or sandbox.
        GraderError: the script cannot be written, or a file of that name is not one of ours.
    """
    chosen = with_stage(find_assignment(assignment), stage)
    submission = read(path)
    if not chosen.is_release:
        needs_torch()
    main = _main(path)
    target = main.with_name(f"debug_{stage}.py")
    if target.exists() and not target.read_text(errors="replace").startswith(MARK):
        raise GraderError(
            "is there already, and `grader debug` has not written it",
            at=str(target),
            fix="Rename it.",
        )
    click.echo(f"Checking {stage} ...", err=True)
    report, call = failing_call(
        submission, chosen, stage, require_level=require_level, sandbox=sandbox
    )
    if call is None:
        return _say_nothing_to_debug(report, stage)
    if call.seen.is_missing:
        click.echo(call.check.message)
        return 1
    with_torch = _uses_torch(submission)
    _write(target, debug_script(call, chosen.stage(stage), file=main.name, with_torch=with_torch))
    click.echo(f"{call.check.verdict.value}: {call.check.claim}")
    click.echo(f"{target} makes the call that this check made. Next: python {target}")
    return 0


def _main(path: Path) -> Path:
    main = path
    if path.is_dir():
        main = path / main_file(files_in_folder(path), path.name)[0].path
    if main.suffix != ".py":
        raise SubmissionError(
            "a debugger needs a .py file",
            at=str(main),
            fix="In a notebook, use `from grader.notebook import check`, and `%debug` after a "
            "cell that raises; or save its cells as submission.py.",
        )
    return main


def _uses_torch(submission: Submission) -> bool:
    """As the grader's own process for student code decides it, or nearly so."""
    chosen = [_FRAMEWORK.search(source) for _, source in submission.cells]
    found = next(filter(None, chosen), None)
    return found[1] == "torch" if found else submission.mentions_torch


def _say_nothing_to_debug(report: Report, stage: str) -> int:
    failed = next(s.first_failure for s in report.stages if s.stage == stage)
    if failed is None:
        click.echo(f"{stage} passes every visible check: there is nothing to debug.")
        return 0
    for note in report.notes:
        click.echo(f"note: {note}")
    click.echo(f"{failed.verdict.value}: {failed.message}")
    return 1


def _write(target: Path, script: DebugScript) -> None:
    if script.arrays:
        write_file(target.with_suffix(".npz"), script.saved())
    write_file(target, script.text.encode())
