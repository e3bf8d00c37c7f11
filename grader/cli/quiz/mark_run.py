"""What `grader quiz mark` does."""

from pathlib import Path

import click

from grader.cli.clock import now
from grader.cli.quiz.marking_conversation import MarkingConversation, View
from grader.cli.quiz.single_keys import Keyboard
from grader.courses.kept_marks import open_marks
from grader.reports.quiz_terminal import console


def mark_answers(
    where: str | None,
    questions: Path | None,
    *,
    names: bool,
    each: bool,
    again: bool,
    marker: str,
) -> None:
    """Lead a marker through the answers that wait in a results folder or a store."""
    with open_marks(where, questions) as kept, Keyboard() as keyboard:
        MarkingConversation(
            kept.marks,
            misconceptions=kept.misconceptions,
            view=View(names=names, each=each, again=again),
            console=console(),
            key=keyboard.key,
            ask=keyboard.line,
            now=now,
            marker=marker,
        ).run()
        if kept.grades is not None:
            click.echo(f"Grades: {kept.grades}")
