"""Grade a folder of submissions: read, skip what is done, grade the rest, keep every report."""

import platform
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from grader.batch.applied_policy import apply_policy
from grader.batch.earlier_attempts import earlier_attempts
from grader.batch.executors.contract import GradingJob, Outcome, StartExecutor
from grader.batch.executors.local import LocalPool
from grader.batch.keeper import ReportKeeper
from grader.batch.kept_reports import ReportsOf
from grader.batch.same_class import assert_same_class, assert_some_stay
from grader.batch.shards import Shard
from grader.course_secret import stretched
from grader.errors import SubmissionError
from grader.harness.feedback import as_shown
from grader.intake.class_intake import ClassAttempt, ClassEntry, ClassIntake
from grader.policies.policy import Policy
from grader.policies.policy_settings import policy_of
from grader.records import GradingRun, Isolation, Report, Status, Submission
from grader.report_key import grader_version
from grader.sandbox.named import OURS
from grader.settings import COURSE_FILES, Assignment, Course, Feedback
from grader.text import clean, clean_line

# On top of what a submission itself may take: starting a worker, and the checks' own work.
SPARE_SECONDS = 180.0
_TRACEBACK_CHARACTERS = 20_000
_SHOWN_CHARACTERS = 300  # of a file's name
_OF_COURSE = "the policy of the course's settings"
_ALL = Shard(1, 1)

Told = Callable[[Report, int, int], None]  # report, how many are done, of how many
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a batch came to.

    Args:
        reports: in the order of the class, each read where it is kept when it is asked for.
    """

    reports: ReportsOf
    counts: Mapping[Status, int]
    already_done: int
    withdrawn: tuple[str, ...] = ()  # that had a report, and are no longer handed in
    has_new_policy: bool = False  # another one than the results had before

    def count(self, status: Status) -> int:
        return self.counts.get(status, 0)


def run_batch(
    intake: ClassIntake,
    keeper: ReportKeeper,
    *,
    assignment: Assignment,
    course: Course,
    n_workers: int,
    force: bool,
    require_level: str,
    sandbox: str = OURS,
    told: Told,
    now: Clock,
    confirmed: bool = False,
    start: StartExecutor = LocalPool,
    shard: Shard = _ALL,
) -> Summary:
    """Grade every submission of a class that has no up-to-date report yet: the newest attempt.

    Args:
        intake: the class, see `grader.intake.class_intake.opened_class`.
        force: grade again what is done already.
        require_level: the weakest isolation level that will do.
        sandbox: its name, see `grader.sandbox.named`.
        told: called with each new report.
        now: the clock by which reports are kept.
        confirmed: whether the results may be those of another class up to now.
        start: what makes the executor; who keeps hold of it can abort a submission.
        shard: the part of the class that is graded; a keeper for others beside it is
            `grader.batch.shared_results.SharedResults`.

    Raises:
        CourseError: the assignment is wrong, or the results are those of another class.
        GraderFault: this machine does not reach the isolation level.
    """
    found = {entry.name: entry for entry in intake.entries}
    class_ = _OfClass(intake=intake, secret_of_course=bool(course.secret), shard=shard)
    run = class_.described(_Done(), assignment, n_workers, submissions=tuple(found))
    policy = policy_of(course, assignment.name)
    known, is_new = _begun(keeper, run, policy, at=now(), confirmed=confirmed)
    secret = stretched(course.secret or keeper.secret())
    job = job_of(assignment, course, secret=secret, require_level=require_level, sandbox=sandbox)
    keep = _Keeping(keeper, now, course.feedback)
    key, part = job.key(assignment), shard.of(intake)
    earlier = [*earlier_attempts(part, keeper, policy.attempts, key=key, force=force)]
    _grade_earlier(earlier, job, assignment, keep, n_workers=n_workers, start=start)
    old = {} if force else keeper.newest()  # with those that came back
    done, todo = _sorted_out(part.entries, old, assignment=assignment, key=key, keep=keep)
    begun, up_to_date = len(done.statuses), done.n_keyed
    try:
        for outcome in _outcomes(todo, job, assignment, n_workers=n_workers, start=start):
            report = keep.outcome(outcome, assignment)
            done.add(report)
            told(report, len(done.statuses) - begun, len(todo))
    finally:
        keeper.end_run(class_.described(done, assignment, n_workers))
    names = [name for name in found if name in done.statuses]
    return Summary(
        reports=ReportsOf(keeper.newest_for_staff(), names),
        counts=Counter(done.statuses.values()),
        already_done=up_to_date,
        withdrawn=tuple(sorted(known - found.keys())),
        has_new_policy=is_new,
    )


def job_of(
    assignment: Assignment, course: Course, *, secret: str, require_level: str, sandbox: str
) -> GradingJob:
    """What all submissions of a class run have in common.

    Args:
        secret: that of the course or of the results, see `grader.course_secret.stretched`.
    """
    return GradingJob(
        assignment=assignment.folder,
        secret=secret,
        require_level=require_level,
        with_torch=True,
        diagnose_hidden=course.diagnose_hidden,
        sandbox=sandbox,
        feedback=course.feedback,
        cost=course.cost,
    )


def _begun(
    keeper: ReportKeeper, run: GradingRun, policy: Policy, *, at: datetime, confirmed: bool
) -> tuple[Set[str], bool]:
    """Begin a run, if it is one of this class, under a policy.

    Returns:
        The submissions that had a report before, and whether another policy held for them.
    """
    known = frozenset(keeper.newest())
    if not confirmed:
        assert_same_class(keeper.last_run(), run)
        assert_some_stay(known, run.submissions)
    keeper.begin_run(run)
    is_new = apply_policy(keeper, policy, reason=_OF_COURSE, by=COURSE_FILES[0], at=at)
    return known, is_new and bool(known)


class _Done:
    """What is remembered of the reports that are there: a class of any size fits into memory."""

    def __init__(self) -> None:
        self.statuses: dict[str, Status] = {}
        self.isolation: set[Isolation] = set()
        self.n_keyed = 0

    def add(self, report: Report) -> None:
        """Remember a report that is kept."""
        self.statuses[report.submission] = report.status
        self.isolation |= {report.isolation} if report.isolation else set()
        self.n_keyed += report.key != ""


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Keeps a report and its student's twin at the time that it is."""

    keeper: ReportKeeper
    now: Clock
    feedback: Feedback

    def __call__(self, report: Report, for_student: Report) -> None:
        self.keeper.keep(report, for_student, at=self.now())

    def outcome(self, outcome: Outcome, assignment: Assignment) -> Report:
        """The report of what came of a submission, kept."""
        report = _as_report(outcome, assignment)
        self(report, as_shown(report, self.feedback))
        return report

    def with_time(self, before: Report, submission: Submission) -> Report:
        """A report that is up to date, with when it was handed in if that is known only now."""
        at, mark = submission.handed_in_at, submission.marked_late
        if at is None and not mark:
            return before
        timed = replace(before, handed_in_at=at or before.handed_in_at, marked_late=mark)
        if timed == before:
            return before
        twin = self.keeper.versions(before.submission)[-1].report
        self(replace(twin, handed_in_at=timed.handed_in_at, marked_late=mark), timed)
        return timed


def _outcomes(
    todo: Sequence[Submission],
    job: GradingJob,
    assignment: Assignment,
    *,
    n_workers: int,
    start: StartExecutor,
) -> Iterator[Outcome]:
    limits = assignment.limits
    executor = start(
        replace(job, with_torch=any(submission.mentions_torch for submission in todo)),
        n_workers=min(n_workers, max(1, len(todo))),
        seconds=limits.load_seconds + limits.submission_seconds + SPARE_SECONDS,
    )
    return executor.run(todo)


def _grade_earlier(
    todo: Sequence[Submission],
    job: GradingJob,
    assignment: Assignment,
    keep: _Keeping,
    *,
    n_workers: int,
    start: StartExecutor,
) -> None:
    """Keep reports on earlier attempts; the newest one is graded after them, and so counts."""
    if todo:
        for outcome in _outcomes(todo, job, assignment, n_workers=n_workers, start=start):
            keep.outcome(outcome, assignment)


def _sorted_out(
    entries: Sequence[ClassEntry],
    old: Mapping[str, Report],
    *,
    assignment: Assignment,
    key: Callable[[Submission], str],
    keep: _Keeping,
) -> tuple[_Done, list[Submission]]:
    """What has its report, and what is to be graded. What cannot be read gets one here."""
    done, todo = _Done(), list[Submission]()
    for entry in entries:
        name, attempt = entry.name, entry.newest
        try:
            submission = attempt.read()
        except SubmissionError as error:
            why = f"{_where(attempt.shown, name, error)}{error.problem}. {error.fix}"
            unread = without_grade(name, Status.UNREADABLE, reason=why, assignment=assignment)
            unread = _timed(unread, attempt)
            keep(unread, unread)
            done.add(unread)
            continue
        except Exception as error:  # noqa: BLE001 - a bug of ours must not cost the others their grades
            why = f"the grader could not read it, through its own fault ({type(error).__name__})"
            failed = without_grade(name, Status.UNGRADED, reason=why, assignment=assignment)
            failed = _timed(failed, attempt)
            staff_note = clean("".join(traceback.format_exception(error)), _TRACEBACK_CHARACTERS)
            keep(replace(failed, notes=(staff_note,)), failed)
            done.add(failed)
            continue
        before = old.get(name)
        if before and _is_up_to_date(before, key(submission)):
            done.add(keep.with_time(before, submission))
        else:
            todo.append(submission)
    return done, todo


def _timed(report: Report, attempt: ClassAttempt) -> Report:
    return replace(report, handed_in_at=attempt.handed_in_at, marked_late=attempt.marked_late)


def _where(shown: str, name: str, error: SubmissionError) -> str:
    """The file that cannot be read, and the one in it, where the submission's name is no such."""
    inside = clean_line(error.at, _SHOWN_CHARACTERS)
    files = (
        clean_line(shown, _SHOWN_CHARACTERS),
        "" if Path(error.at).is_absolute() else inside,
    )
    return "".join(f"{file}: " for file in dict.fromkeys(files) if file not in ("", name))


def _is_up_to_date(report: Report, key: str) -> bool:
    """An ungraded one never is: it is tried again."""
    return report.status == Status.GRADED and report.key == key


def _as_report(outcome: Outcome, assignment: Assignment) -> Report:
    if isinstance(outcome, Report):
        return outcome
    submission = outcome.submission
    report = without_grade(
        submission.name, Status.UNGRADED, reason=outcome.reason, assignment=assignment
    )
    return replace(
        report, submission_digest=submission.content_digest, handed_in_at=submission.handed_in_at
    )


def without_grade(name: str, status: Status, *, reason: str, assignment: Assignment) -> Report:
    """A report that says why there is no grade."""
    return Report(
        submission=name,
        status=status,
        assignment=assignment.name,
        key="",  # no key: the next run tries again
        grader_version=grader_version(),
        reason=reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfClass:
    """What a results folder is known by beside its assignment."""

    intake: ClassIntake
    secret_of_course: bool
    shard: Shard

    def described(
        self,
        done: _Done,
        assignment: Assignment,
        n_workers: int,
        *,
        submissions: tuple[str, ...] | None = None,
    ) -> GradingRun:
        """A run with what is done; `submissions` where it is not there yet."""
        names, counts = tuple(sorted(done.statuses)), Counter(done.statuses.values())
        if self.shard != _ALL:  # others grade the rest
            names = tuple(sorted(entry.name for entry in self.intake.entries))
        return GradingRun(
            assignment=assignment.name,
            assignment_digest=assignment.digest,
            counts={status.value: counts[status] for status in Status},
            isolation=tuple(sorted(done.isolation, key=lambda isolation: isolation.level)),
            versions=versions_here(),
            workers=n_workers,
            stages=tuple(stage.name for stage in assignment.stages),
            submissions=names if submissions is None else submissions,
            folder=str(self.intake.source.resolve()),
            layout=self.intake.layout,
            secret_of_course=self.secret_of_course,
            people=self.intake.people,
            missing=self.intake.missing,
            assignment_folder="" if assignment.is_shipped else str(assignment.folder),
        )


def versions_here() -> dict[str, str]:
    """Of what computes."""
    return {
        "grader": grader_version(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
        "pytest": version("pytest"),
        "platform": sys.platform,
    }
