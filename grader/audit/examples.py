"""Examples of an assignment: what each must get, and where a report differs from it.

`examples/expected.yaml` says of each entry of `examples/submissions` which stages lose points.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader import strict_yaml
from grader.errors import CourseError, did_you_mean
from grader.intake.reading import entries
from grader.records import Report, Status
from grader.settings import Assignment

EXPECTED_FILE = "examples/expected.yaml"
SUBMISSIONS = "examples/submissions"


class ExpectedGrade(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What one example must get."""

    status: Status
    loses: tuple[str, ...]  # the stages that lose points; every other one keeps all of its points
    zero: tuple[str, ...] = ()  # those of them that must be left with no point at all
    names: tuple[str, ...] = ()  # misconceptions that must be named; without any, none may be
    why: str  # what is wrong, or what is unusual and right all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which a report is not as expected. Without a stage it is of the whole."""

    submission: str
    stage: str = ""
    expected: str
    came: str


def expected_grades(assignment: Assignment) -> dict[str, ExpectedGrade]:
    """What the assignment's file expects, by the file name of the example.

    Raises:
        CourseError: the file is wrong, names what is not there, or leaves an example out.
    """
    path = assignment.folder / EXPECTED_FILE
    expected = strict_yaml.read(path, dict[str, ExpectedGrade])
    there = {found.name for found in example_paths(assignment).values()}
    for name in expected:
        if name not in there:
            raise CourseError(
                f"there is no example {name!r} in {SUBMISSIONS}",
                at=str(path),
                fix=did_you_mean(name, there),
            )
    for name in sorted(there - set(expected)):
        raise CourseError(
            f"the example {name!r} is not expected to get anything",
            at=str(path),
            fix=f"Write `{name}:` with `status`, `loses` and `why`.",
        )
    for name, grade in expected.items():
        _check_stages(name, grade, assignment, at=str(path))
    return expected


def example_paths(assignment: Assignment) -> dict[str, Path]:
    """The examples by the names that their reports have.

    Raises:
        SubmissionError: there are none.
    """
    return entries(assignment.folder / SUBMISSIONS)


def differences(
    expected: Mapping[str, ExpectedGrade], reports: Mapping[str, Report]
) -> list[Difference]:
    """All differences, in the order of what is expected; both are keyed by file name.

    Raises:
        KeyError: an example has no report.
    """
    return [
        difference
        for name, grade in expected.items()
        for difference in _of_one(name, grade, reports[name])
    ]


def _check_stages(name: str, grade: ExpectedGrade, assignment: Assignment, *, at: str) -> None:
    known = [stage.name for stage in assignment.stages]
    for stage in (*grade.loses, *grade.zero):
        if stage not in known:
            raise CourseError(
                f"{name}: there is no stage {stage!r}", at=at, fix=did_you_mean(stage, known)
            )
    for stage in grade.zero:
        if stage not in grade.loses:
            raise CourseError(
                f"{name}: {stage} has no point left, and is not among those that lose points",
                at=at,
                fix=f"Add {stage} to `loses`.",
            )


def check_names(expected: Mapping[str, ExpectedGrade], known: Collection[str], *, at: str) -> None:
    """Every mistake that an example must be named is one that is known.

    Raises:
        CourseError: it is not, and so could never be named.
    """
    for name, grade in expected.items():
        for id_ in grade.names:
            if id_ not in known:
                raise CourseError(
                    f"{name}: no mistake is known as {id_!r}",
                    at=at,
                    fix=did_you_mean(id_, known),
                )


def _of_one(name: str, grade: ExpectedGrade, report: Report) -> Iterator[Difference]:
    if report.status != grade.status:
        why = f": {report.reason}" if report.reason else ""
        yield Difference(
            submission=name, expected=grade.status.value, came=f"{report.status.value}{why}"
        )
        return
    for stage in report.stages:
        wanted = _wanted(stage.stage, grade)
        lost = stage.points < stage.max_points
        right = lost == (stage.stage in grade.loses)
        if stage.stage in grade.zero:
            right = stage.points == 0
        if not right:
            yield Difference(
                submission=name,
                stage=stage.stage,
                expected=wanted,
                came=f"{stage.points} of {stage.max_points} points",
            )
    yield from _of_names(name, grade, report)


def _wanted(stage: str, grade: ExpectedGrade) -> str:
    if stage in grade.zero:
        return "no point"
    return "loses points" if stage in grade.loses else "all points"


def _of_names(name: str, grade: ExpectedGrade, report: Report) -> Iterator[Difference]:
    """Inputs of a hidden check may leave more than one mistake possible: more may be named."""
    named = {id_ for finding in report.findings for id_ in finding.misconceptions}
    if set(grade.names) <= named and bool(grade.names) == bool(named):
        return
    yield Difference(
        submission=name,
        expected=f"names {', '.join(grade.names) or 'no mistake'}",
        came=f"names {', '.join(sorted(named)) or 'no mistake'}",
    )
