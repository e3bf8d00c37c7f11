"""`grader decide`: what a person decides about the grades of a class, and what was decided."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.batch.grade_decisions import Awarded
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.errors import NoSuchPath


@click.command()
@click.argument("folder", metavar="RESULTS", type=click.Path(file_okay=False, path_type=Path))
@click.argument("submission", required=False)
@click.argument("stage", required=False)
@click.argument("points", type=int, required=False)
@click.option("--excuse", is_flag=True, help="Let the submission count for nothing.")
@click.option("--take-back", type=int, metavar="N", help="Let decision N hold no longer.")
@click.option("--reason", default="", help="Why; each decision needs a reason.")
@click.option("--by", help="Who decides; by default the name you are logged in with.")
def decide(
    folder: Path,
    submission: str | None,
    stage: str | None,
    points: int | None,
    excuse: bool,
    take_back: int | None,
    reason: str,
    by: str | None,
) -> None:
    """Give STAGE of SUBMISSION other POINTS than its checks did, excuse it, or take that back.

    RESULTS is the folder of `grader batch -o`. Without more words it shows the decisions that
    hold. Reports stay as they are; grades.csv follows.
    """
    results = Results(folder)
    if results.last_run() is None:
        raise NoSuchPath(
            "holds no results of a class",
            at=str(folder),
            fix="Name the folder that `grader batch SUBMISSIONS -o RESULTS` has written.",
        )
    marks, who, at = CodeMarks(results), by or getpass.getuser(), datetime.now(UTC)
    match (submission, stage, points, excuse, take_back):
        case (None, None, None, False, None):
            _show(marks)
            return
        case (None, None, None, False, int(number)):
            marks.take_back(number, reason=reason, by=who, at=at)
            click.echo(f"Decision {number} no longer holds.")
        case (str(name), None, None, True, None):
            marks.excuse(name, reason=reason, by=who, at=at)
            click.echo(f"{name} is excused.")
        case (str(name), str(of), int(given), False, None):
            grade = marks.award(name, of, given, reason=reason, by=who, at=at)
            click.echo(f"{name} has {grade.points} of {grade.report.max_points} points now.")
        case _:
            raise click.UsageError(
                "Give SUBMISSION STAGE POINTS, or SUBMISSION --excuse, or --take-back N."
            )
    click.echo(f"Grades: {results.grades}")


def _show(marks: CodeMarks) -> None:
    """The decisions that hold, by number."""
    held = marks.decisions()
    if not held:
        click.echo("No decision holds.")
    for number, entry in held.items():
        what = f"{entry.stage} {entry.points}" if isinstance(entry, Awarded) else "excused"
        click.echo(f"{number}  {entry.submission}  {what}  {entry.by} {entry.at:%Y-%m-%d %H:%M}Z")
        click.echo(f"   {entry.reason}")
