"""What an instructor says about a check: its stage, its points, whether students may see it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from grader.errors import CourseError, did_you_mean
from grader.settings import Assignment

T = TypeVar("T", int, str)

MARKERS = (
    "stage(name): the stage of assignment.yaml that the check belongs to",
    "points(n): what the check is worth, an integer",
    "hidden: students learn whether it passed, and neither inputs nor values",
    "needs(*names): run only if these checks of the same stage passed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One collected check."""

    item: pytest.Item
    id: str
    stage: str
    points: int
    hidden: bool
    claim: str
    needs: tuple[str, ...]


def read_check(item: pytest.Item, assignment: Assignment) -> Check:
    """What the markers and the docstring of a collected test say.

    Raises:
        CourseError: something is missing or wrong; the sentence says what to write.
    """
    at = f"{item.path}::{item.name}"
    stage = _argument(item, "stage", str, at)
    if stage not in {known.name for known in assignment.stages}:
        raise CourseError(
            f"there is no stage {stage!r}", at=at, fix="Name a stage of assignment.yaml."
        )
    function = getattr(item, "function", None)
    claim = (getattr(function, "__doc__", None) or "").strip().split("\n")[0]
    if not claim:
        raise CourseError(
            "the check has no docstring", at=at, fix="Say in one sentence what must hold."
        )
    needs = item.get_closest_marker("needs")
    hidden = item.get_closest_marker("hidden") is not None or is_hidden(item.path, assignment)
    return Check(
        item=item,
        id=f"{stage}.{item.name.removeprefix('test_')}",
        stage=stage,
        points=_argument(item, "points", int, at),
        hidden=hidden,
        claim=claim,
        needs=tuple(f"{stage}.{name.removeprefix('test_')}" for name in needs.args)
        if needs
        else (),
    )


def is_hidden(path: Path, assignment: Assignment) -> bool:
    """Whether a file of checks lies in the assignment's `hidden` folder."""
    return path.is_relative_to(assignment.folder / "hidden")


def assert_complete(checks: list[Check], assignment: Assignment) -> None:
    """Ids are unique, needs come first, and the points add up to those of assignment.yaml.

    Args:
        checks: in the order in which they run.

    Raises:
        CourseError: they do not.
    """
    at = str(assignment.folder)
    ids = [check.id for check in checks]
    if twice := next((i for i in ids if ids.count(i) > 1), None):
        raise CourseError(
            f"the check {twice!r} stands twice",
            at=at,
            fix="Give each check of a stage its own name.",
        )
    for position, check in enumerate(checks):
        for needed in check.needs:
            if needed not in ids:
                raise CourseError(
                    f"{check.id} needs {needed}, and there is no such check",
                    at=at,
                    fix=did_you_mean(needed, _others(check, checks)),
                )
            if needed not in ids[:position]:
                raise CourseError(
                    f"{check.id} needs {needed}, which does not run before it",
                    at=at,
                    fix="Name an earlier check of the stage; visible ones run before hidden ones.",
                )
    for stage in assignment.stages:
        points = sum(check.points for check in checks if check.stage == stage.name)
        points += stage.points_elsewhere
        if points != stage.points:
            raise CourseError(
                f"the checks of stage {stage.name!r} add up to {points} points, "
                f"but assignment.yaml gives it {stage.points}",
                at=at,
                fix="Change the points of a check or of the stage; "
                f"{_counted(checks, stage.name)}.",
            )


def _others(check: Check, checks: list[Check]) -> list[str]:
    """The ids of the other checks of its stage."""
    return [other.id for other in checks if other.stage == check.stage and other is not check]


def _counted(checks: list[Check], stage: str) -> str:
    """How many checks were found: a folder or function with a wrong name is simply not there."""
    hidden = [check.hidden for check in checks if check.stage == stage]
    return f"found were {hidden.count(False)} visible and {hidden.count(True)} hidden checks"


def _argument(item: pytest.Item, name: str, kind: type[T], at: str) -> T:
    marker = item.get_closest_marker(name)
    given = marker.args if marker is not None else ()
    if [type(value) for value in given] != [kind] or (kind is int and given[0] < 0):
        example = '"softmax"' if kind is str else 2
        raise CourseError(
            f"the check has no valid `{name}` marker",
            at=at,
            fix=f"Write e.g. `@{name}({example})`.",
        )
    value: T = given[0]
    return value
