"""The folder that students get: what they read, the visible checks, and recorded answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from grader.errors import CourseError
from grader.harness.collected_checks import CollectedChecks
from grader.harness.grading import checks_of
from grader.release.recording import recorded
from grader.settings import ASSIGNMENT_FILE, Assignment, Stage
from grader.subject.loading import subject_of
from grader.subject.recorded_answers import written
from grader.subject_sources import RECORDED_FILE

_TO_READ = ("handout.md", "starter.py")
_CHECKS = re.compile(r"conftest\.py|test_.*\.py|.*_test\.py")


@dataclass(frozen=True, slots=True)
class Release:
    """The files of a release by name, with their content."""

    files: Mapping[str, bytes]

    @property
    def megabytes(self) -> float:
        """Of the recorded answers."""
        return len(self.files[RECORDED_FILE]) / 1e6

    @property
    def check_files(self) -> int:
        return sum(_CHECKS.fullmatch(name) is not None for name in self.files)


def made_release(assignment: Assignment) -> Release:
    """What students get of an assignment.

    Raises:
        CourseError: it is a release, has no subject, lacks a file, has a hidden check among the
            visible ones, or the right functions do not pass its checks.
    """
    at = str(assignment.folder)
    subject = subject_of(assignment)
    if subject is None:
        raise CourseError(
            "it has no subject, so there are no answers to record",
            at=at,
            fix="Name a `subject`, or put reference.py and misconceptions.py beside it.",
        )
    if subject.recorded is not None:
        raise CourseError(
            "it is a release itself", at=at, fix="Name the assignment that it was made of."
        )
    files = {name: _content(assignment.folder / name) for name in _TO_READ}
    for path in sorted(assignment.folder.iterdir()):
        if _CHECKS.fullmatch(path.name):
            files[path.name] = _content(path)
    checks = checks_of(assignment)
    _assert_apart(checks, assignment)
    files[ASSIGNMENT_FILE] = _settings(assignment, checks)
    files[RECORDED_FILE] = written(recorded(assignment, subject))
    return Release(files)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise CourseError(
            f"the assignment has no {path.name}",
            at=str(path.parent),
            fix="Write it: students get a handout and a starter.",
        )
    return path.read_bytes()


def _assert_apart(checks: CollectedChecks, assignment: Assignment) -> None:
    for check in checks.left_out:
        if not check.item.path.is_relative_to(assignment.folder / "hidden"):
            raise CourseError(
                f"the hidden check {check.id} stands in a file that students would get",
                at=str(check.item.path),
                fix="Move it to a file in the folder `hidden`.",
            )


def _settings(assignment: Assignment, checks: CollectedChecks) -> bytes:
    """`assignment.yaml` without its subject; of hidden checks their number and points."""
    content: dict[str, Any] = {
        "title": assignment.title,
        "id": assignment.name,
        "total": assignment.total,
        "limits": msgspec.to_builtins(assignment.limits),
        "packages": list(assignment.packages),
        "shortcuts": {
            "consequence": "no points" if assignment.shortcuts_cost_points else "note",
            "forbidden": [name for name, stages in assignment.shortcuts.items() if not stages],
        },
        "stages": [_stage(stage, checks) for stage in assignment.stages],
    }
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    head = "# What students may know of the assignment; `grader release` made it.\n"
    return (head + text).encode()


def _stage(stage: Stage, checks: CollectedChecks) -> dict[str, Any]:
    kept = {key: value for key, value in msgspec.to_builtins(stage).items() if value}
    kept |= {"name": stage.name, "points": stage.points, "parameters": list(stage.parameters)}
    hidden = [check for check in checks.left_out if check.stage == stage.name]
    if hidden:
        kept["checks_elsewhere"] = len(hidden)
        kept["points_elsewhere"] = sum(check.points for check in hidden)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in kept.items()}
