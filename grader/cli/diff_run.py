"""What `grader diff` does."""

from collections.abc import Iterator
from pathlib import Path

import click

from grader.batch.applied_policy import policy_that_holds
from grader.batch.regrading import last_run
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.courses.grade_differences import changes_in_turn, difference_lines, reasons


def show_difference(run_a: Path, run_b: Path) -> None:
    """Print what differs between two results folders.

    Raises:
        CourseError: one of them holds no results of a class.
    """
    for line in difference_of(Results(run_a), Results(run_b)):
        click.echo(line)


def difference_of(before: Results, after: Results) -> Iterator[str]:
    """What is not the same, why, and whom it concerns.

    Raises:
        CourseError: one of them holds no results of a class.
    """
    old, new = last_run(before), last_run(after)
    policy_changed = policy_that_holds(before) != policy_that_holds(after)
    for reason in reasons(old, new, policy_changed=policy_changed):
        yield f"{reason[:1].upper()}{reason[1:]}."
    changes = changes_in_turn(CodeMarks(before).grades(), CodeMarks(after).grades())
    yield from difference_lines(changes)
