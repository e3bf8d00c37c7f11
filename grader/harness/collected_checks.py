"""The checks of an assignment, in the order in which they run on every submission."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.errors import CourseError
from grader.harness.markers import Check, assert_complete, read_check
from grader.settings import Assignment

_TEST = re.compile(r"def (test_\w+)\(")


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
        CourseError: a mark or docstring is missing or wrong, a check stands twice, or the points
            do not add up.
    """
    for path in dict.fromkeys(item.path for item in items):
        _assert_no_name_twice(path)
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


def _assert_no_name_twice(path: Path) -> None:
    """Of two functions of one name in a file Python keeps the second alone, and says nothing."""
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if found := _TEST.match(line):
            if found[1] in seen:
                raise CourseError(
                    f"the check {found[1]!r} stands twice in this file",
                    at=f"{path}, line {number}",
                    fix="Give each check of a stage its own name.",
                )
            seen.add(found[1])
