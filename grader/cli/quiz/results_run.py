"""What `grader quiz results` does."""

from pathlib import Path

import click

from grader.cli.clock import now
from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.courses.class_results import class_results, quizzes_in
from grader.courses.identities import left_alone
from grader.courses.named_quiz import load_named
from grader.quiz.marking.gradebook import gradebook_csv
from grader.reports.class_terminal import quiz_list, quiz_results
from grader.reports.quiz_terminal import console
from grader.settings import question_folder
from grader.store.quiz_store import default_store, open_store


def list_quizzes(store_name: str | None) -> None:
    """Every quiz and topic of a store, with its numbers of students and attempts."""
    with open_store(store_name or default_store()) as store:
        found = quizzes_in(store)
    if not found:
        click.echo("The store holds no attempts.")
        return
    console().print(
        quiz_list((one.course, one.name, one.title, one.students, one.attempts) for one in found)
    )
    click.echo("One of them: grader quiz results QUIZ, with its file or the topic.")


def show_results(
    word: str, *, questions: Path | None, store: str | None, output: Path | None
) -> None:
    """Print what each student earned, and write it to a file if one is named."""
    if output is not None:
        assert_output(output, reads=[Path(store or default_store())])
    quiz = load_named(word, question_folder(questions))
    with open_store(store or default_store()) as opened:
        lines = class_results(opened, quiz, at=now())
        if note := left_alone(opened, quiz):
            click.echo(note)
    if output is not None:
        write_file(output, gradebook_csv(lines))
    console().print(quiz_results(quiz, lines))
