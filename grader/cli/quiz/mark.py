"""`grader quiz mark`: free text, by its rubric."""

from pathlib import Path

import click

from grader.cli.quiz.options import login_name, questions_option, where_argument


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
    from grader.cli.quiz import mark_run

    mark_run.mark_answers(
        where,
        questions,
        names=names,
        each=each,
        again=again,
        marker=login_name("") if marker is None else marker,
    )
