"""Grade in this process: what a worker does, and what needs no workers."""

import importlib.util
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from grader.batch.executors.contract import GradingJob
from grader.batch.promises import assert_promises, promised_modules
from grader.course_secret import stretched
from grader.errors import CourseError
from grader.records import CheckResult, Report, Submission
from grader.sandbox.contract import Sandbox
from grader.sandbox.named import OURS, sandbox_named
from grader.settings import Assignment, Course, load_assignment
from grader.suites.suite import is_suite, load_suite

if TYPE_CHECKING:
    from grader.harness.grading import Explain
    from grader.observed_calls import AskStudent, Observation

Emit = Callable[[Report], None]
Told = Callable[[CheckResult], None]


def grade_here(
    submissions: Iterable[Submission],
    *,
    assignment: Assignment,
    emit: Emit,
    with_torch: bool,
    require_level: str,
    sandbox: str = OURS,
    course: Course | None = None,
    told: Told | None = None,
) -> None:
    """Grade each submission and hand its report, the one for staff, to `emit` at once.

    Args:
        with_torch: whether the warm process imports torch before it is needed.
        require_level: the weakest isolation level that will do.
        sandbox: its name, see `grader.sandbox.named`.
        course: hidden checks run, with the secret of this course; without one they do not.
        told: called with each check's result at once, see `grader.harness.grading.grade`.

    Raises:
        CourseError: the assignment is wrong, there is no such sandbox, or the course has no secret.
        GraderFault: this machine does not reach the isolation level.
    """
    job = GradingJob(
        assignment=assignment.folder,
        secret=_secret_of(course),
        require_level=require_level,
        with_torch=with_torch,
        diagnose_hidden=course is None or course.diagnose_hidden,
        sandbox=sandbox,
        cost=course is not None and course.cost,
    )
    made = sandbox_for(job)
    try:
        with_hidden = course is not None
        run_job(submissions, job, sandbox=made, emit=emit, with_hidden=with_hidden, told=told)
    finally:
        made.close()


def sandbox_for(job: GradingJob) -> Sandbox:
    """Start the sandbox of a job; its warm process imports while this one does.

    Raises:
        CourseError: there is no such sandbox.
        GraderFault: it does not reach the isolation level.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is there; the arrays are small
    # A release is checked without torch, too, where it is not installed.
    has_torch = importlib.util.find_spec("torch") is not None
    warm = ("numpy", "torch") if job.with_torch and has_torch else ("numpy",)
    is_ours = not is_suite(job.assignment)
    promised = promised_modules(load_assignment(job.assignment)) if is_ours else ()
    return sandbox_named(job.sandbox, (*warm, *promised), require_level=job.require_level)


def run_job(
    submissions: Iterable[Submission],
    job: GradingJob,
    *,
    sandbox: Sandbox,
    emit: Emit,
    with_hidden: bool = True,
    told: Told | None = None,
) -> None:
    """Grade submissions as a job says, with what is known about its assignment.

    Raises:
        CourseError: the assignment is wrong, or a package that it promises is missing where the
            course grades, which is where hidden checks run.
        GraderFault: nothing can be graded here.
    """
    if is_suite(job.assignment):
        _run_suite(submissions, job, sandbox=sandbox, emit=emit)
        return
    from grader.diagnosis.explanation import Explainer
    from grader.harness.grading import grade
    from grader.subject.loading import subject_of

    assignment = load_assignment(job.assignment)
    if with_hidden:
        _assert_whole(assignment)
        assert_promises(assignment, sandbox)
    subject = subject_of(assignment)
    explainer = Explainer(subject, with_hidden=job.diagnose_hidden)
    grade(
        submissions,
        assignment=assignment,
        sandbox=sandbox,
        with_hidden=with_hidden,
        secret=job.secret,
        emit=emit,
        key=job.key(assignment),
        reference=subject.over_arrays() if subject else None,
        explain=_with_costs(explainer) if job.cost else explainer,
        put_together=explainer.put_together,
        inner_causes=explainer.inner_causes,
        told=told,
    )


def _with_costs(explain: "Explain") -> "Explain":
    from grader.generation.cost import with_costs

    def explained(report: Report, seen: "Sequence[Observation]", ask: "AskStudent") -> Report:
        return with_costs(explain(report, seen, ask), seen)

    return explained


def _run_suite(
    submissions: Iterable[Submission], job: GradingJob, *, sandbox: Sandbox, emit: Emit
) -> None:
    from grader.suites.suite_grading import grade_by_suite, prepared

    graded = prepared(load_suite(job.assignment))
    grade_by_suite(submissions, graded, sandbox=sandbox, emit=emit, key=job.key(graded.assignment))


def _assert_whole(assignment: Assignment) -> None:
    """A release has no hidden checks, so its points are no grade."""
    if assignment.is_release:
        raise CourseError(
            "this is what students get of an assignment, and it has no hidden checks",
            at=str(assignment.folder),
            fix="Grade with the assignment that it was made of.",
        )


def _secret_of(course: Course | None) -> str:
    if course is None:
        return ""
    if not course.secret:
        raise CourseError(
            "the course has no secret, and hidden checks draw their inputs from it",
            fix="Add `secret: ...` to its course.yaml.",
        )
    return stretched(course.secret)
