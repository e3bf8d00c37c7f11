"""Grade the examples of an assignment like a class, and compare."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.audit.examples import (
    EXPECTED_FILE,
    SUBMISSIONS,
    Difference,
    check_names,
    differences,
    example_paths,
    expected_grades,
)
from grader.batch.class_run import Clock, Told, run_batch
from grader.batch.results import Results
from grader.errors import CourseError
from grader.intake.class_intake import opened_class
from grader.settings import Assignment, Course
from grader.subject.loading import subject_of

_SECRET = "examples"  # noqa: S105 - their hidden checks shall draw the same inputs each time


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplesOutcome:
    """What grading the examples came to."""

    assignment: str
    n_examples: int
    differences: tuple[Difference, ...]


def run_examples(
    assignment: Assignment, *, n_workers: int, require_level: str, told: Told, now: Clock
) -> ExamplesOutcome:
    """Grade every example through the wall, with the hidden checks.

    Args:
        require_level: the weakest isolation level that will do.
        told: called with each new report.
        now: the clock by which reports are kept.

    Raises:
        CourseError: the assignment has no examples, or what it expects of them is wrong.
        GraderFault: this machine does not reach the isolation level.
    """
    folder = assignment.folder / SUBMISSIONS
    if not folder.is_dir():
        raise CourseError(
            "there are no examples",
            at=str(folder),
            fix="Put submissions there, and say in examples/expected.yaml what each must get.",
        )
    expected = expected_grades(assignment)
    subject = subject_of(assignment)
    check_names(
        expected,
        [entry.id for entry in subject.misconceptions] if subject else [],
        at=str(assignment.folder / EXPECTED_FILE),
    )
    with (
        tempfile.TemporaryDirectory(prefix="examples-") as kept,
        opened_class(folder, layout="plain") as examples,
    ):
        summary = run_batch(
            examples,
            Results(Path(kept)),
            assignment=assignment,
            course=Course(secret=_SECRET),
            n_workers=n_workers,
            force=False,
            require_level=require_level,
            told=told,
            now=now,
        )
        # Each is read from the folder when it is asked for, and the folder goes with this block.
        files = {name: path.name for name, path in example_paths(assignment).items()}
        reports = {files[report.submission]: report for report in summary.reports}
    return ExamplesOutcome(
        assignment=assignment.name,
        n_examples=len(expected),
        differences=tuple(differences(expected, reports)),
    )
