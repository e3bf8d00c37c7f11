"""The checks of an assignment, in the order in which they run on every submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from grader.harness.markers import Check, assert_complete, read_check
from grader.settings import Assignment


@dataclass(frozen=True, slots=True)
class CollectedChecks:
    """Checks that run, those that are left out because they are hidden, and which is whose test."""

    run: Sequence[Check]
    left_out: Sequence[Check]
    by_item: Mapping[pytest.Item, Check]


def collected_checks(
    items: Sequence[pytest.Item], assignment: Assignment, *, with_hidden: bool
) -> CollectedChecks:
    """What the collected tests of an assignment are as checks.

    Raises:
        CourseError: a mark or docstring is missing or wrong, or the points do not add up.
    """
    order = {stage.name: position for position, stage in enumerate(assignment.stages)}
    checks = [read_check(item, assignment) for item in items]
    # Hidden checks come last: what a process that saw hidden inputs says is shown nowhere.
    # Sorting is stable: within a stage the order of the files holds.
    checks.sort(key=lambda check: (check.hidden, order[check.stage]))
    assert_complete(checks, assignment)
    run = [check for check in checks if with_hidden or not check.hidden]
    return CollectedChecks(
        run=run,
        left_out=[check for check in checks if check.hidden and not with_hidden],
        by_item={check.item: check for check in run},
    )
