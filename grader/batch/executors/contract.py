"""What grades submissions, wherever that is: each comes out once, and one can be aborted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from grader.records import Report, Submission
from grader.report_key import report_key
from grader.sandbox.named import OURS
from grader.settings import Assignment, Feedback


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingJob:
    """What all submissions of a run have in common."""

    assignment: Path
    secret: str  # what hidden inputs are drawn from, see `grader.course_secret.stretched`
    require_level: str  # the weakest isolation level that will do
    with_torch: bool  # whether the process for student code imports torch at the start
    diagnose_hidden: bool  # whether calls of hidden checks are evidence for a diagnosis
    sandbox: str = OURS  # its name, see `grader.sandbox.named`
    feedback: Feedback = "full"  # how much students are shown; another makes another report
    cost: bool = False  # whether a report says what a generation costs

    def key(self, assignment: Assignment) -> Callable[[Submission], str]:
        """What the report of a submission is known by, in this job."""
        return partial(
            report_key,
            assignment=assignment,
            secret=self.secret,
            require_level=self.require_level,
            diagnose_hidden=self.diagnose_hidden,
            feedback=self.feedback,
            cost=self.cost,
        )


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A submission whose worker ended each time: our fault until shown otherwise."""

    submission: Submission
    reason: str


@dataclass(frozen=True, slots=True)
class Aborted:
    """A submission that somebody stopped before its report was there."""

    submission: Submission

    @property
    def reason(self) -> str:
        return "its grading was aborted"


Outcome = Report | GaveUp | Aborted


class Executor(Protocol):
    """Grades the submissions of one job."""

    def run(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """The outcome of each submission, in the order in which they end.

        What was started for it has ended when the iterator has, also when it is closed early.

        Raises:
            CourseError: the checks of the assignment are wrong.
            GraderFault: nothing can be graded here, or not at the isolation level.
        """

    def abort(self, submission: str) -> bool:
        """End the grading of one submission at once, by its name; the others go on.

        Any thread may ask. True: it comes out as `Aborted`. False: none of this name is being
        graded or waits; it may have come out already.
        """


class StartExecutor(Protocol):
    """How an executor is made for a job."""

    def __call__(self, job: GradingJob, *, n_workers: int, seconds: float) -> Executor:
        """An executor.

        Args:
            n_workers: how many submissions at the same time, at the most.
            seconds: after this long without a report a submission is tried again.
        """
