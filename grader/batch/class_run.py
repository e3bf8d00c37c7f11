"""Grade a folder of submissions: read, skip what is done, grade the rest, keep every report."""

import platform
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from grader.batch.pool import LocalPool, Outcome
from grader.batch.results import Results, grades_csv, write_whole
from grader.batch.worker import GradingJob
from grader.errors import SubmissionError
from grader.harness.grading import grader_version, report_key, without_staff_notes
from grader.intake.reading import entries, read
from grader.records import Report, Status, Submission, to_json
from grader.settings import Assignment, Course, kept_secret
from grader.text import clean

# On top of what a submission itself may take: starting a worker, and the checks' own work.
_SPARE_SECONDS = 180.0
_TRACEBACK_CHARACTERS = 20_000

Told = Callable[[Report, int, int], None]  # report, how many are done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a batch came to."""

    reports: tuple[Report, ...]
    already_done: int

    def count(self, status: Status) -> int:
        return sum(report.status == status for report in self.reports)


def run_batch(
    submissions: Path,
    results: Results,
    *,
    assignment: Assignment,
    course: Course,
    n_workers: int,
    force: bool,
    require_level: str,
    told: Told,
) -> Summary:
    """Grade every entry of a folder that has no up-to-date report yet.

    Args:
        force: grade again what is done already.
        require_level: the weakest isolation level that will do.
        told: called with each new report.

    Raises:
        SubmissionError: there is no such folder.
        CourseError: the assignment is wrong.
        GraderFault: this machine does not reach the isolation level.
    """
    found = entries(submissions, without=results.folder)
    results.prepare()
    secret = course.secret or kept_secret(results.secret)
    old = {} if force else results.finished()
    key = partial(
        report_key,
        assignment=assignment,
        secret=secret,
        require_level=require_level,
        diagnose_hidden=course.diagnose_hidden,
    )
    done, todo = _sorted_out(found, old, results, assignment=assignment, key=key)
    begun, up_to_date = len(done), sum(report.key != "" for report in done.values())
    pool = LocalPool(
        GradingJob(
            assignment=assignment.folder,
            secret=secret,
            require_level=require_level,
            with_torch=any(submission.mentions_torch for submission in todo),
            diagnose_hidden=course.diagnose_hidden,
        ),
        n_workers=min(n_workers, max(1, len(todo))),
        seconds=assignment.limits.load_seconds
        + assignment.limits.submission_seconds
        + _SPARE_SECONDS,
    )
    try:
        for outcome in pool.run(todo):
            report = _as_report(outcome, assignment)
            results.write(report, without_staff_notes(report))
            done[report.submission] = report
            told(report, len(done) - begun, len(todo))
    finally:
        _write_overview(results, list(done.values()), assignment, n_workers)
    return Summary(
        reports=tuple(done[name] for name in found if name in done), already_done=up_to_date
    )


def _sorted_out(
    found: Mapping[str, Path],
    old: Mapping[str, Report],
    results: Results,
    *,
    assignment: Assignment,
    key: Callable[[Submission], str],
) -> tuple[dict[str, Report], list[Submission]]:
    """What has its report, by name, and what is to be graded. What cannot be read gets one here."""
    done: dict[str, Report] = {}
    todo: list[Submission] = []
    for name, path in found.items():
        try:
            submission = read(path, name)
        except SubmissionError as error:
            why = f"{error.problem}. {error.fix}"
            done[name] = _without_grade(name, Status.UNREADABLE, why, assignment)
            results.write(done[name], done[name])
            continue
        except Exception as error:  # noqa: BLE001 - a bug of ours must not cost the others their grades
            why = f"the grader could not read it, through its own fault ({type(error).__name__})"
            done[name] = _without_grade(name, Status.UNGRADED, why, assignment)
            staff_note = clean("".join(traceback.format_exception(error)), _TRACEBACK_CHARACTERS)
            results.write(replace(done[name], notes=(staff_note,)), done[name])
            continue
        before = old.get(name)
        if before and _is_up_to_date(before, key(submission)):
            done[name] = before
        else:
            todo.append(submission)
    return done, todo


def _is_up_to_date(report: Report, key: str) -> bool:
    """An ungraded one never is: it is tried again."""
    return report.status == Status.GRADED and report.key == key


def _as_report(outcome: Outcome, assignment: Assignment) -> Report:
    if isinstance(outcome, Report):
        return outcome
    name = outcome.submission.name
    return _without_grade(name, Status.UNGRADED, outcome.reason, assignment)


def _without_grade(name: str, status: Status, reason: str, assignment: Assignment) -> Report:
    return Report(
        submission=name,
        status=status,
        assignment=assignment.name,
        key="",  # no key: the next run tries again
        grader_version=grader_version(),
        reason=reason,
    )


def _write_overview(
    results: Results, reports: list[Report], assignment: Assignment, n_workers: int
) -> None:
    stages = [stage.name for stage in assignment.stages]
    write_whole(results.grades, grades_csv(reports, stages))
    reached = {report.isolation for report in reports if report.isolation}
    run = {
        "assignment": assignment.name,
        "assignment_digest": assignment.digest,
        "counts": {s.value: sum(report.status == s for report in reports) for s in Status},
        "isolation": [
            {"level": isolation.level, "layers": isolation.layers}
            for isolation in sorted(reached, key=lambda isolation: isolation.level)
        ],
        "versions": {
            "grader": grader_version(),
            "python": platform.python_version(),
            "torch": version("torch"),
            "numpy": version("numpy"),
            "pytest": version("pytest"),
            "platform": sys.platform,
        },
        "workers": n_workers,
    }
    write_whole(results.run, to_json(run))
