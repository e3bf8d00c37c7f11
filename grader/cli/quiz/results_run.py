"""What `grader quiz results` does: the class at one quiz, from a store."""

from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from grader.courses.identities import left_alone
from grader.courses.named_quiz import graded, load_named, settled
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.items.marks import counted
from grader.quiz.marking.gradebook import HEADINGS, Line, cells, line
from grader.reports.quiz_terminal import console
from grader.store.quiz_store import QuizStore, StoredAttempt, open_store
from grader.text import clean_line

_LONGEST_NAME = 60


def list_quizzes(store_name: str | Path) -> None:
    """Every quiz and topic of a store, with its numbers of students and attempts."""
    with open_store(store_name) as store:
        found = store.attempts()
    if not found:
        click.echo("The store holds no attempts.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Course", "Quiz", "Title"):
        table.add_column(heading, overflow="fold")
    for heading in ("Students", "Attempts"):
        table.add_column(heading, justify="right")
    by_quiz: dict[tuple[str, str, str], list[StoredAttempt]] = {}
    for attempt in found:
        quiz = attempt.quiz
        names = (quiz.course, quiz.name, quiz.title) if quiz else ("", attempt.topic, "")
        by_quiz.setdefault(names, []).append(attempt)
    for names, here in sorted(by_quiz.items()):
        students = {attempt.student for attempt in here}
        cells_of = (Text(clean_line(name, 200)) for name in names)
        table.add_row(*cells_of, str(len(students)), str(len(here)))
    console().print(table)
    click.echo("One of them: grader quiz results QUIZ, with its file or the topic.")


def class_results(word: str, folder: Path, *, store_name: str | Path) -> tuple[Quiz, list[Line]]:
    """The lines of all students, by name. Attempts whose time is up are handed in first."""
    quiz = load_named(word, folder)
    with open_store(store_name) as store:
        lines = _lines(store, quiz)
        if note := left_alone(store, quiz):
            click.echo(note)
        return quiz, lines


def show(quiz: Quiz, lines: list[Line]) -> None:
    """Print the table."""
    if not lines:
        click.echo(f"{quiz.title}: no attempts yet.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in lines:
        name, *rest = cells(row)
        table.add_row(Text(clean_line(name, _LONGEST_NAME)), *rest)
    out = console()
    out.print(Text(f"{quiz.title} ({quiz.label})", style="bold"))
    out.print(table)
    done = sum(row.counted is not None for row in lines)
    open_ones = len(lines) - done
    rest_of_class = f", {open_ones} not yet" if open_ones else ""
    out.print(
        f"{counted(done, 'student')} handed in{rest_of_class}."
        f" Of several attempts the {quiz.rules.counts} counts."
    )


def _lines(store: QuizStore, quiz: Quiz) -> list[Line]:
    by_student: dict[str, list[StoredAttempt]] = {}
    for attempt in settled(store, quiz):
        by_student.setdefault(attempt.student, []).append(attempt)
    return [
        line(student, map(graded, attempts), quiz.rules.counts)
        for student, attempts in sorted(by_student.items())
    ]
