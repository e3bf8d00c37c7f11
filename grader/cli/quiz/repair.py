"""`grader quiz repair`: changes of marks after the fact."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, questions_option, where_argument


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
    from grader.cli.quiz import repair_run

    order = repair_run.RepairOrder(
        file=file, drop=drop, full_marks=full_marks, accept=accept, reason=reason, undo=undo
    )
    repair_run.repair_marks(where, questions, order, applies=applies)
