"""`grader quiz grade`, `mark` and `repair`: the marks of a class, for its instructor."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.cli.quiz.options import FILE, questions_option
from grader.settings import question_folder

where_argument = click.argument("where", required=False, envvar="GRADER_STORE")


@click.command()
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="For a file: also write the marks as JSON to this file. For a folder: the results folder.",
)
@questions_option
@click.pass_context
def grade(
    ctx: click.Context, *, answers: Path, output: Path | None, questions: Path | None
) -> None:
    """Mark an answers file, or a folder with one file a student, without a terminal.

    An answers file is YAML: `topic`, `student`, and `answers` with the id of each question and its
    answer: an option id or a list of them, true or false, a number, a list of step ids, a text.

    Marking a folder again is harmless: markings and repairs are kept. The exit code is 1 if some
    file could not be read; all others are graded.
    """
    from grader.cli.quiz.grading_run import grade_file, grade_folder

    if not answers.is_dir():
        grade_file(answers, output, question_folder(questions))
        return
    if output is None:
        raise click.UsageError("A folder of answers needs a results folder: add -o RESULTS.")
    all_read = grade_folder(
        answers, output, questions=question_folder(questions), named=questions, now=_now()
    )
    ctx.exit(0 if all_read else 1)


@click.command()
@where_argument
@questions_option
@click.option("--names", is_flag=True, help="Show who wrote an answer.")
@click.option("--each", is_flag=True, help="Show the same answer of several students each time.")
@click.option("--again", is_flag=True, help="Show the answers that are marked, too.")
@click.option("--marker", help="Name to keep beside each marking.  [default: your login name]")
def mark(
    *,
    where: str | None,
    questions: Path | None,
    names: bool,
    each: bool,
    again: bool,
    marker: str | None,
) -> None:
    """Mark free text by its rubric, one answer after the other.

    WHERE is the results folder of `grader quiz grade`, or a store: an SQLite file or a database
    URL, by default the one that `grader quiz take` uses. Every marking is kept at once.
    """
    from grader.cli.quiz.marking_conversation import MarkingConversation, View
    from grader.cli.quiz.single_keys import Keyboard
    from grader.courses.kept_marks import open_place
    from grader.reports.quiz_terminal import console

    with open_place(where, questions) as place, Keyboard() as keyboard:
        MarkingConversation(
            place.marks,
            misconceptions=place.misconceptions,
            view=View(names=names, each=each, again=again),
            console=console(),
            key=keyboard.key,
            ask=keyboard.line,
            now=_now,
            marker=marker if marker is not None else _login_name(),
        ).run()
        if place.outcome:
            click.echo(place.outcome)


@click.command()
@where_argument
@questions_option
@click.option("--file", "file", type=FILE, help="A repairs.yaml with any number of repairs.")
@click.option("--drop", multiple=True, metavar="QUESTION", help="The question does not count.")
@click.option(
    "--full-marks", multiple=True, metavar="QUESTION", help="The question gives all points."
)
@click.option(
    "--accept",
    nargs=2,
    multiple=True,
    metavar="QUESTION ANSWER",
    help="This answer is right, too; written as in an answers file.",
)
@click.option("--reason", default="", help="Why; students read it beside the mark.")
@click.option("--undo", type=int, multiple=True, metavar="N", help="Take back repair number N.")
@click.option("--apply", "applies", is_flag=True, help="Do it; without this, only show it.")
def repair(
    *,
    where: str | None,
    questions: Path | None,
    file: Path | None,
    drop: tuple[str, ...],
    full_marks: tuple[str, ...],
    accept: tuple[tuple[str, str], ...],
    reason: str,
    undo: tuple[int, ...],
    applies: bool,
) -> None:
    """Change marks after the fact: drop a question, accept another answer, give all points.

    Shows who would change by how much; --apply does it. WHERE is the results folder of
    `grader quiz grade` or a store. The questions stay as they are, the old marks are kept, and a
    repair can be taken back. Without options, lists the repairs that hold.
    """
    from grader.cli.quiz.repair_run import Order, run_repair
    from grader.courses.kept_marks import open_place
    from grader.reports.quiz_terminal import console

    order = Order(
        file=file, drop=drop, full_marks=full_marks, accept=accept, reason=reason, undo=undo
    )
    with open_place(where, questions) as place:
        run_repair(place, order, applies=applies, console=console(), now=_now())


def _now() -> datetime:
    return datetime.now(UTC)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
