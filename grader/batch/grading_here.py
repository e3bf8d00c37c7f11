"""Grade in this process, without workers: one submission, or one that is saved again and again."""

import os
from collections.abc import Callable, Iterable
from functools import partial

from grader.errors import CourseError
from grader.records import Report, Submission
from grader.sandbox.contract import Sandbox
from grader.sandbox.named import OURS, sandbox_named
from grader.settings import Assignment, Course


def grade_here(
    submissions: Iterable[Submission],
    *,
    assignment: Assignment,
    emit: Callable[[Report], None],
    with_torch: bool,
    require_level: str,
    sandbox: str = OURS,
    course: Course | None = None,
) -> None:
    """Grade each submission and hand its report, the one for staff, to `emit` at once.

    Args:
        with_torch: whether the warm process imports torch before it is needed.
        require_level: the weakest isolation level that will do.
        sandbox: its name, see `grader.sandbox.named`.
        course: hidden checks run, with the secret of this course; without one they do not.

    Raises:
        CourseError: the assignment is wrong, there is no such sandbox, or the course has no secret.
        GraderFault: this machine does not reach the isolation level.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is there; the arrays are small
    secret = _secret_of(course)
    # The warm process starts before the checks are imported, so that both sides import torch at
    # the same time; a NumPy submission does not wait for torch on its side.
    warm = ("numpy", "torch") if with_torch else ("numpy",)
    made = sandbox_named(sandbox, warm, require_level=require_level)
    try:
        _grade(
            submissions,
            assignment=assignment,
            sandbox=made,
            with_hidden=course is not None,
            diagnose_hidden=course is None or course.diagnose_hidden,
            secret=secret,
            require_level=require_level,
            emit=emit,
        )
    finally:
        made.close()


def _secret_of(course: Course | None) -> str:
    if course is None:
        return ""
    if not course.secret:
        raise CourseError(
            "the course has no secret, and hidden checks draw their inputs from it",
            fix="Add `secret: ...` to its course.yaml.",
        )
    return course.secret


def _grade(
    submissions: Iterable[Submission],
    *,
    assignment: Assignment,
    sandbox: Sandbox,
    with_hidden: bool,
    diagnose_hidden: bool,
    secret: str,
    require_level: str,
    emit: Callable[[Report], None],
) -> None:
    from grader.diagnosis.explanation import Explainer
    from grader.harness.grading import grade, report_key
    from grader.subject.loading import subject_of

    subject = subject_of(assignment)
    grade(
        submissions,
        assignment=assignment,
        sandbox=sandbox,
        with_hidden=with_hidden,
        secret=secret,
        emit=emit,
        reference=subject.over_arrays() if subject else None,
        explain=Explainer(subject, with_hidden=diagnose_hidden),
        key=partial(
            report_key,
            assignment=assignment,
            secret=secret,
            require_level=require_level,
            diagnose_hidden=diagnose_hidden,
        ),
    )
