"""What `grader decide` does."""

import getpass
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

import click

from grader.batch.applied_policy import policy_that_holds
from grader.batch.grades import CodeGrade
from grader.batch.results import Results
from grader.cli.clock import now
from grader.cli.report_run import pages_again
from grader.courses.code_marks import CodeMarks
from grader.courses.decision_words import decision_in_words, whom_it_concerns
from grader.errors import GraderError, NoSuchPath
from grader.policies.due_dates import in_words, moment
from grader.policies.typed_numbers import typed_number
from grader.text import counted, decimal

Place = tuple[str | None, str | None, int | None]  # submission, stage, points
_USAGE = (
    "Give SUBMISSION STAGE POINTS, or SUBMISSION with one of --excuse, --extend, --extra-time, "
    "--handed-in and --final, or --drop CHECK, or --undo N."
)


class _Why(TypedDict):
    reason: str
    by: str
    at: datetime


def decide(
    folder: Path,
    place: Place,
    *,
    said: Mapping[str, str | int | None],
    reason: str,
    by: str | None,
) -> None:
    """Decide one thing, or show what was decided.

    Args:
        place: submission, stage and points, as far as they were given.
        said: the options, by their names; those that were not given are None or False.

    Raises:
        NoSuchPath: there are no results.
        UsageError: of click; nothing, or more than one thing, was asked for.
    """
    results = Results(folder)
    if results.last_run() is None:
        raise NoSuchPath(
            "holds no results of a class",
            at=str(folder),
            fix="Name the folder that `grader batch SUBMISSIONS -o RESULTS` has written.",
        )
    marks = CodeMarks(results)
    given = {
        name: value for name, value in said.items() if value is not None and value is not False
    }
    zone = policy_that_holds(results).zone
    if not given and place == (None, None, None):
        _show(marks, zone)
        return
    why = _Why(reason=reason, by=by or getpass.getuser(), at=now())
    click.echo(_decided(marks, place, given, why, zone=zone))
    # What concerns one submission changes its page alone.
    pages_again(results, None if (name := place[0]) is None else [name])
    click.echo(f"Grades: {results.grades}")


def _decided(
    marks: CodeMarks, place: Place, given: Mapping[str, str | int], why: _Why, *, zone: str
) -> str:
    """Decide it; the sentence that says so."""
    match place, list(given.items()):
        case (None, None, None), [("take_back", int(number))]:
            was = marks.take_back(number, **why)
            what = f"{whom_it_concerns(was)} {decision_in_words(was, zone)}"
            return f"Decision {number} no longer holds: {what}."
        case (None, None, None), [("drop", str(check))]:
            points = marks.drop_check(check, **why)
            return f"{check} counts for nobody: the maximum is {counted(points, 'point')} less."
        case (str(name), str(of), int(points)), []:
            grade = marks.award(name, of, points, **why)
            return f"{name} has {grade.points} of {grade.max_points} points now."
        case (str(name), None, None), [("excuse", _)]:
            marks.excuse(name, **why)
            return f"{name} is excused."
        case (str(name), None, None), [(("extend" | "extra_time") as kind, value)]:
            extra = kind == "extra_time"
            seconds = int(_number(value, f"--{kind.replace('_', '-')}", "24") * 3600)
            return _worth(marks.extend(name, seconds, is_extra=extra, **why))
        case (str(name), None, None), [("handed_in", value)]:
            return _worth(marks.state_time(name, _time(value, zone), **why))
        case (str(name), None, None), [("final", value)]:
            return _worth(marks.set_final(name, _number(value, "--final", "63.5"), **why))
        case _:
            raise click.UsageError(_USAGE)


def _number(text: str | int, option: str, example: str) -> Fraction:
    number = typed_number(str(text))
    if number is None:
        raise GraderError(f"{option}: {text!r} is no number", fix=f"Write e.g. {example}.")
    return number


def _time(text: str | int, zone: str) -> datetime:
    try:
        return moment(text, zone=zone)
    except ValueError as error:
        problem, _, fix = str(error).partition("; ")
        raise GraderError(f"--handed-in: {problem}", fix=f"{fix[:1].upper()}{fix[1:]}.") from error


def _worth(grade: CodeGrade) -> str:
    name = grade.report.submission
    if not grade.counts:
        return f"{name} is {grade.status}, so it has no points."
    has = f"{name} has {decimal(grade.final)} of {grade.max_points} points now."
    return f"{has} {grade.explained}".rstrip()


def _show(marks: CodeMarks, zone: str) -> None:
    """The decisions that hold, by number; times are those of the course."""
    held = marks.decisions()
    if not held:
        click.echo("No decision holds.")
    for number, entry in held.items():
        when = in_words(entry.at, zone)
        what = f"{whom_it_concerns(entry)}  {decision_in_words(entry, zone)}"
        click.echo(f"{number}  {what}  {entry.by}, {when}")
        click.echo(f"   {entry.reason}")
