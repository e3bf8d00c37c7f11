"""What `grader check` does.

What its functions import, they import while the warm process of the sandbox starts.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click

from grader.batch.grading_here import grade_here
from grader.cli.clock import now
from grader.cli.edge import needs_torch
from grader.cli.other_assignment import meant_instead
from grader.cli.outputs import assert_output
from grader.cli.stages import with_stage
from grader.cli.watch import last_saved, versions
from grader.errors import NoSuchSubmission, SubmissionError
from grader.intake.folder import files_in_folder
from grader.intake.main_file import main_file
from grader.intake.reading import read
from grader.records import Report, Status, Submission, Verdict, to_json
from grader.reports.clickable_places import with_paths
from grader.settings import Assignment, assignments, find_assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How much of a report is printed, and whether it becomes a page."""

    stage: str = ""  # this one alone; all if it is empty
    every_failure: bool = False  # not the first of each stage alone
    whole_output: bool = False
    page: Path | None = None  # where the whole report goes as a page, too


def check_once(
    path: Path,
    assignment: str | Path,
    *,
    as_json: bool,
    require_level: str,
    sandbox: str,
    shown: Shown,
) -> int:
    """Check a submission and print its report; the exit code is 0 only if all is right.

    Args:
        assignment: its name or folder; as a path, the folder of a pytest suite.

    Raises:
        SubmissionError: it cannot be read.
    """
    by_suite = isinstance(assignment, Path)
    found = _by_suite(assignment) if isinstance(assignment, Path) else find_assignment(assignment)
    chosen = with_stage(found, shown.stage)
    _assert_page(shown.page, path)
    reports: list[Report] = []
    submission = read(path, as_package=by_suite)
    if not chosen.is_release:
        needs_torch()
    if not as_json:
        click.echo(f"Checking {path.name} ...", err=True)
    grade_here(
        [submission],
        assignment=chosen,
        emit=reports.append,
        with_torch=submission.mentions_torch,
        require_level=require_level,
        sandbox=sandbox,
    )
    if reports[0].status == Status.UNREADABLE:  # as a package for a suite
        raise SubmissionError(reports[0].reason)
    as_it_is = as_json or by_suite  # the files of a package have the paths that they had
    report = reports[0] if as_it_is else _with_paths(reports[0], submission, path)
    _show(report, chosen, as_json=as_json, shown=shown)
    code = _exit_code(reports[0], shown.stage)
    if code and not assignment and not chosen.is_release:
        others = [one for one in assignments() if one.name != chosen.name]
        if said := meant_instead(submission, chosen=chosen, others=others):
            click.echo(said, err=True)
    return code


def _by_suite(folder: Path) -> Assignment:
    from grader.suites.choosing import suite_assignment

    return suite_assignment(folder)


def watch(path: Path, assignment: str, *, require_level: str, sandbox: str, shown: Shown) -> None:
    """Check a submission each time that it is saved, until Ctrl-C.

    Raises:
        NoSuchSubmission: there is nothing at the path when it begins.
        CourseError: there is no such assignment or sandbox, or the assignment has no such stage.
        GraderFault: the sandbox does not reach the level, or checking itself failed.
    """
    chosen = with_stage(find_assignment(assignment), shown.stage)
    if not chosen.is_release:
        needs_torch()
    if not path.exists():
        raise NoSuchSubmission("there is no such file or folder", at=str(path), fix="Name yours.")

    _assert_page(shown.page, path)
    running: list[Submission] = []

    def show(report: Report) -> None:
        click.clear()
        _show(_with_paths(report, running[-1], path), chosen, as_json=False, shown=shown)
        click.echo(
            f"\nWatching {path}: saved at {_time(last_saved(path))}, checked at {_time(now())}. "
            "Save it to check again; Ctrl-C ends."
        )

    def unreadable(error: SubmissionError) -> None:
        click.echo(f"error: {error}", err=True)

    def announced() -> Iterator[Submission]:
        for submission in versions(path, unreadable):
            click.echo(f"Checking {path.name}, saved at {_time(last_saved(path))} ...", err=True)
            running[:] = [submission]
            yield submission

    try:
        grade_here(
            announced(),
            assignment=chosen,
            emit=show,
            with_torch=True,
            require_level=require_level,
            sandbox=sandbox,
        )
    except KeyboardInterrupt:
        click.echo()


def _show(report: Report, assignment: Assignment, *, as_json: bool, shown: Shown) -> None:
    if shown.page is not None:
        from grader.cli.page_file import write_page

        write_page(report, assignment, shown.page)
        click.echo(f"Page: {shown.page}", err=True)
    if as_json:
        click.echo(to_json(report).decode(), nl=False)
        return
    from grader.reports.check_faults import faults
    from grader.reports.terminal import check_report, console

    options = asdict(shown)
    del options["page"]
    console().print(check_report(report, assignment, **options))
    for fault in faults([report]):
        click.echo(f"error: {fault}", err=True)


def _assert_page(page: Path | None, path: Path) -> None:
    """A page may lie in the folder that is checked, over the one before."""
    if page is not None:
        assert_output(page, reads=[] if path.is_dir() else [path])


def _exit_code(report: Report, stage: str) -> int:
    if report.status != Status.GRADED:
        return 3
    checks = [check for check in report.checks if stage in ("", check.stage)]
    used = [s for s in report.shortcuts if stage in ("", s.stage)]
    right = all(check.verdict == Verdict.PASSED for check in checks)
    return 0 if right and not any(s.costs_points for s in used) else 1


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"


def _with_paths(report: Report, submission: Submission, path: Path) -> Report:
    """Places with the path from here, where there is a file that can be opened there."""
    if not path.is_dir() and path.suffix != ".py":
        return report
    folder = path.parent
    if path.is_dir():
        folder = (path / main_file(files_in_folder(path), path.name)[0].path).parent
    folder = folder.resolve()
    if folder.is_relative_to(Path.cwd()):
        folder = folder.relative_to(Path.cwd())
    files = {name for name, _ in submission.cells if name.endswith(".py")} | set(submission.modules)
    return with_paths(report, files=files, folder=folder)
