"""A worker of a site: takes a hand-in from the queue, grades it, and keeps what came of it.

What is our fault leaves no grade: the hand-in waits and is tried again, later each time. A report
is kept in one transaction with the end of its job.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from grader.batch.class_run import SPARE_SECONDS, without_grade
from grader.batch.executors.contract import GradingJob
from grader.course_secret import stretched
from grader.errors import CourseError, GraderFault, SubmissionError
from grader.hand_ins.grading_process import GradingProcess
from grader.hand_ins.said_so_far import SaidSoFar
from grader.harness.feedback import as_shown
from grader.intake.uploaded import read_uploaded
from grader.records import Report, Status, Submission
from grader.sandbox.named import OURS
from grader.settings import Assignment, Course, load_assignment
from grader.store.database import StoreError
from grader.store.hand_ins_store import StoredHandIn
from grader.store.jobs_store import StoredJob
from grader.store.site_store import SiteStore

MOST_TRIES = 5
_WAITS = (5, 30, 120, 600)  # seconds before the next try
_IDLE_SECONDS = 0.2
_MOST_RENEWALS = 30  # five minutes of the lease below
_WARM = 2  # grading processes that are kept, one an assignment
_NOT_RUN = "the checks of this assignment cannot be run at the moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What all slots of a worker have in common."""

    course: Course
    assignments: Mapping[str, Assignment]
    require_level: str
    clock: Callable[[], datetime]
    name: str  # of the machine and the process, for whoever looks at the queue
    sandbox: str = OURS
    lease: timedelta = timedelta(seconds=30)  # after which a worker that is silent has ended


class WorkerSlot:
    """One of the submissions that a worker grades at the same time; for one thread.

    Args:
        cpu: the processor that its grading processes keep to; None for any.
        done: called with the name of an assignment of which something was graded.
    """

    def __init__(
        self,
        store: SiteStore,
        settings: WorkerSettings,
        *,
        cpu: int | None = None,
        done: Callable[[str], None] = lambda assignment: None,
    ) -> None:
        self._store, self._settings, self._cpu, self._done = store, settings, cpu, done
        self._processes: dict[GradingJob, GradingProcess] = {}

    def warm_up(self, assignment: str) -> None:
        """Start a grading process for an assignment, so that the first hand-in finds it ready."""
        self._process(self._settings.assignments[assignment], with_torch=True)

    def run(self, stop: threading.Event) -> None:
        """Work until it is told to stop; what it was doing then, another does."""
        try:
            while not stop.is_set():
                if not self.step(stop):
                    stop.wait(_IDLE_SECONDS)
        finally:
            self.close()

    def step(self, stop: threading.Event | None = None) -> bool:
        """Do one job; False if there was none."""
        now = self._settings.clock()
        job = self._store.jobs.claim(self._settings.name, at=now, until=now + self._settings.lease)
        if job is None:
            return False
        hand_in = self._store.hand_ins.by_id(int(job.payload["hand_in"]))
        if hand_in is None or hand_in.assignment not in self._settings.assignments:
            self._store.jobs.finish(job, at=now, state="failed", result="nothing to grade")
            return True
        stopping = stop or threading.Event()
        report = self._report(job, hand_in, stopping)
        if report.status == Status.UNGRADED and stopping.is_set():
            self._store.jobs.put_back(job, not_before=now, reason="")
        else:
            self._settle(job, hand_in, report)
            self._done(hand_in.assignment)
        return True

    def close(self) -> None:
        for process in self._processes.values():
            process.close()
        self._processes.clear()

    def _report(self, job: StoredJob, hand_in: StoredHandIn, stop: threading.Event) -> Report:
        """What came of a hand-in; without a grade where that is our fault."""
        folder = self._settings.assignments[hand_in.assignment].folder
        try:
            assignment = load_assignment(folder)
        except CourseError as error:
            return _faulty(hand_in, self._settings.assignments[hand_in.assignment], error)
        if job.attempt > MOST_TRIES:  # those who tried it were killed
            return _faulty(hand_in, assignment, GraderFault("its grading ended each time"))
        try:
            with self._held(job):
                read = read_uploaded(hand_in.person, self._store.hand_ins.contents(hand_in.id))
        except SubmissionError as error:
            return _unread(hand_in, assignment, error)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not cost the others their grades
            why = f"the grader could not read it, through its own fault ({type(error).__name__})"
            return _faulty(hand_in, assignment, GraderFault(why))
        submission = replace(read, handed_in_at=hand_in.received_at)
        try:
            return self._graded(submission, assignment, job, stop)
        except (GraderFault, CourseError) as error:
            return _faulty(hand_in, assignment, error)

    @contextmanager
    def _held(self, job: StoredJob) -> Iterator[None]:
        """Keep hold of a job while nothing is heard of it, for a large archive on a busy machine.

        Not for ever: whoever hangs there loses it.
        """
        jobs, lease, done = self._store.jobs, self._settings.lease, threading.Event()

        def renew() -> None:
            for _ in range(_MOST_RENEWALS):
                if done.wait(lease.total_seconds() / 3):
                    return
                with suppress(StoreError):  # it is away for a while
                    jobs.renew(job, until=self._settings.clock() + lease)

        renewing = threading.Thread(target=renew, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def _graded(
        self, submission: Submission, assignment: Assignment, job: StoredJob, stop: threading.Event
    ) -> Report:
        process = self._process(assignment, with_torch=submission.mentions_torch)
        limits, jobs, clock = assignment.limits, self._store.jobs, self._settings.clock
        so_far = SaidSoFar(lambda event: jobs.say(job, event, at=clock()))

        def beat() -> bool:
            return not stop.is_set() and jobs.renew(job, until=clock() + self._settings.lease)

        return process.grade(
            submission,
            seconds=limits.load_seconds + limits.submission_seconds + SPARE_SECONDS,
            told=so_far.add,
            beat=beat,
        )

    def _process(self, assignment: Assignment, *, with_torch: bool) -> GradingProcess:
        """A warm process for an assignment as it is now; the oldest that is kept goes for it."""
        wanted = self._job(assignment, with_torch=with_torch)
        for known in (wanted, replace(wanted, with_torch=True)):
            found = self._processes.pop(known, None)
            if found is not None and found.is_alive and found.digest == assignment.digest:
                self._processes[known] = found
                return found
            if found is not None:
                found.close()
        for cold in [one for one in self._processes if one.assignment == assignment.folder]:
            self._processes.pop(cold).close()
        while len(self._processes) >= _WARM:
            self._processes.pop(next(iter(self._processes))).close()
        made = GradingProcess(wanted, digest=assignment.digest, cpu=self._cpu)
        self._processes[wanted] = made
        return made

    def _job(self, assignment: Assignment, *, with_torch: bool) -> GradingJob:
        course = self._settings.course
        secret = course.secret or self._store.reports(assignment.name).secret()
        return GradingJob(
            assignment=assignment.folder,
            secret=stretched(secret),
            require_level=self._settings.require_level,
            with_torch=with_torch,
            diagnose_hidden=course.diagnose_hidden,
            sandbox=self._settings.sandbox,
            feedback=course.feedback,
            cost=course.cost,
        )

    def _settle(self, job: StoredJob, hand_in: StoredHandIn, report: Report) -> None:
        """Keep a report and end its job, or let it be tried again; all of it or nothing."""
        now, shown = self._settings.clock(), as_shown(report, self._settings.course.feedback)
        reports = self._store.reports(str(job.payload.get("class") or hand_in.assignment))
        keep = partial(reports.keep_attempt, report=report, for_student=shown, at=now)
        if report.status != Status.UNGRADED:
            self._store.jobs.finish(job, at=now, also=keep)
        elif job.attempt >= MOST_TRIES:
            self._store.jobs.finish(job, at=now, state="failed", result=report.reason, also=keep)
        else:
            wait = timedelta(seconds=_WAITS[job.attempt - 1])
            self._store.jobs.put_back(job, not_before=now + wait, reason=report.reason, also=keep)


def _unread(hand_in: StoredHandIn, assignment: Assignment, error: SubmissionError) -> Report:
    where = f"{error.at}: " if error.at else ""
    why = f"{where}{error.problem}. {error.fix}"
    report = without_grade(hand_in.person, Status.UNREADABLE, reason=why, assignment=assignment)
    return _of(hand_in, report)


def _faulty(hand_in: StoredHandIn, assignment: Assignment, error: Exception) -> Report:
    """No grade, through a fault of ours or of the course; the whole sentence is for staff."""
    reason = _NOT_RUN if isinstance(error, CourseError) else str(error)
    report = without_grade(hand_in.person, Status.UNGRADED, reason=reason, assignment=assignment)
    return _of(hand_in, report)


def _of(hand_in: StoredHandIn, report: Report) -> Report:
    return replace(report, handed_in_at=hand_in.received_at)
