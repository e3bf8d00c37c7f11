"""`grader quiz`: list, take, check, mark and exchange quizzes."""

import getpass
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.quiz.analyze import analyze
from grader.cli.quiz.draw import draw
from grader.cli.quiz.exchange import export_questions, import_questions
from grader.cli.quiz.marking_commands import grade, mark, repair
from grader.cli.quiz.options import (
    FILE,
    FOLDER,
    questions_option,
    write_file,
)
from grader.settings import question_folder

if TYPE_CHECKING:
    from grader.courses.named_quiz import Desk
    from grader.quiz.items.item import LintFinding

student_option = click.option(
    "--student", default=None, help="Name in the store.  [default: your login name]"
)
store_option = click.option(
    "--store",
    envvar="GRADER_STORE",
    help="SQLite file or database URL; also GRADER_STORE.  [default: in your data folder]",
)


@click.group()
def quiz() -> None:
    """List, take, check and mark quizzes."""


@quiz.command("list")
@questions_option
def list_topics(questions: Path | None) -> None:
    """Show the topics."""
    from grader.quiz.bank.topics import load
    from grader.reports.quiz_terminal import console, topics_list

    out = console()
    out.print(topics_list(load(question_folder(questions)).topics))
    out.print("\nTake one: grader quiz take TOPIC")


@quiz.command()
@click.argument("topic")
@questions_option
@student_option
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Decides the order of questions and options.  [default: drawn anew]",
)
@store_option
@click.option(
    "--feedback",
    type=click.Choice(["now", "end"]),
    help="Show how each answer was marked at once, or all at the end.  [default: now]",
)
@click.option("--new", is_flag=True, help="Begin another attempt instead of resuming the last.")
def take(
    *,
    topic: str,
    questions: Path | None,
    student: str | None,
    seed: int | None,
    store: str | None,
    feedback: str | None,
    new: bool,
) -> None:
    """Take a quiz. TOPIC is a topic, or the file of a quiz such as week-3.yaml.

    Typing the same again resumes an attempt that was not finished. A file has rules of its own,
    so --seed, --feedback and --new are for topics.
    """
    from grader.cli.quiz.take_run import take
    from grader.courses.attempts import WantedAttempt
    from grader.quiz.attempt.rules import Feedback

    wish = WantedAttempt(
        student=student or _login_name(),
        seed=seed,
        feedback=Feedback(feedback) if feedback else None,
        new=new,
    )
    take(_desk(topic, questions=questions, student=student, store=store), wish)


@quiz.command()
@click.argument("topic")
@click.option(
    "--attempt", type=click.IntRange(1), help="Number of the attempt.  [default: what counts]"
)
@questions_option
@student_option
@store_option
def review(
    *,
    topic: str,
    attempt: int | None,
    questions: Path | None,
    student: str | None,
    store: str | None,
) -> None:
    """Look at an attempt with its marks, as soon as the quiz TOPIC lets them be seen."""
    from grader.cli.quiz.take_run import review

    review(_desk(topic, questions=questions, student=student, store=store), attempt)


@quiz.command()
@click.argument("topic", required=False)
@click.option("-o", "--output", type=FILE, help="Write the table as CSV to this file, too.")
@questions_option
@store_option
def results(
    *, topic: str | None, output: Path | None, questions: Path | None, store: str | None
) -> None:
    """Show what each student earned at the quiz TOPIC; without one, which quizzes a store holds.

    Attempts whose time is up are handed in first, with the answers that were saved.
    """
    from grader.cli.quiz import results_run
    from grader.quiz.marking.gradebook import gradebook_csv
    from grader.store.quiz_store import default_store

    store_name = store or default_store()
    if topic is None:
        results_run.list_quizzes(store_name)
        return
    taken, lines = results_run.class_results(
        topic, question_folder(questions), store_name=store_name
    )
    if output is not None:
        write_file(output, gradebook_csv(lines))
    results_run.show(taken, lines)


@quiz.command("lint")
@click.argument("folder", type=FOLDER, required=False)
def lint_questions(folder: Path | None) -> None:
    """Check the questions of FOLDER, or those shipped; exit code 2 if one is unfit for use."""
    from grader.quiz.bank.lint import lint
    from grader.quiz.bank.topics import topic_paths
    from grader.quiz.items.item import Severity
    from grader.text import counted

    folder = question_folder(folder)
    findings = lint(folder)
    for finding in findings:
        click.echo(_finding(finding))
    errors, warnings = (
        sum(finding.severity == severity for finding in findings)
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    files = counted(len(topic_paths(folder)), "topic")
    click.echo(f"{files}: {counted(errors, 'error')}, {counted(warnings, 'warning')}.")
    if errors:
        click.get_current_context().exit(2)


@quiz.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--topic", help="Verify this topic alone.")
@click.option("--write", is_flag=True, help="Store the results beside the questions.")
def verify(*, folder: Path | None, topic: str | None, write: bool) -> None:
    """Run the answer keys of FOLDER, or those shipped, on the reference.

    Exit code 2 if a key does not hold, or came out differently when its result was stored.
    """
    from grader.cli.quiz.verify import verify_bank

    click.get_current_context().exit(verify_bank(question_folder(folder), topic=topic, write=write))


quiz.add_command(grade)
quiz.add_command(mark)
quiz.add_command(repair)
quiz.add_command(export_questions)
quiz.add_command(import_questions)
quiz.add_command(analyze)
quiz.add_command(draw)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "student"


def _desk(topic: str, *, questions: Path | None, student: str | None, store: str | None) -> "Desk":
    from grader.courses.named_quiz import Desk
    from grader.store.quiz_store import default_store

    # what GRADER_STORE says, perhaps with a password, need not be typed and is not printed
    source = click.get_current_context().get_parameter_source("store")
    typed = store if source == click.core.ParameterSource.COMMANDLINE else None
    return Desk(
        word=topic,
        folder=question_folder(questions),
        student=student or _login_name(),
        store=store or default_store(),
        resume_command=_resume_command(topic, questions=questions, student=student, store=typed),
    )


def _resume_command(topic: str, **options: object) -> str:
    given = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    return shlex.join(["grader", "quiz", "take", topic, *(word for pair in given for word in pair)])


def _finding(finding: "LintFinding") -> str:
    fix = f"\n  {finding.fix}" if finding.fix else ""
    return f"{finding.severity}: {finding.where}: {finding.problem}{fix}"
