"""`grader quiz`: list, take, check and mark quizzes."""

import getpass
import secrets
import shlex
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.quiz.item import Finding

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)

questions_option = click.option(
    "--questions", type=FOLDER, help="Folder with the questions.  [default: those shipped]"
)


@click.group()
def quiz() -> None:
    """List, take, check and mark quizzes."""


@quiz.command("list")
@questions_option
def list_topics(questions: Path | None) -> None:
    """Show the topics."""
    from grader.cli.quiz_text import console, topics_list
    from grader.quiz.bank import load

    out = console()
    out.print(topics_list(load(_folder(questions)).topics))
    out.print("\nTake one: grader quiz take TOPIC")


@quiz.command()
@click.argument("topic")
@questions_option
@click.option("--student", default=None, help="Name to store.  [default: your login name]")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Decides the order of questions and options.  [default: drawn anew]",
)
@click.option(
    "--store",
    envvar="GRADER_STORE",
    help="SQLite file or database URL; also GRADER_STORE.  [default: in your data folder]",
)
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
    """Take a quiz. Taking a topic again resumes an attempt that was not finished."""
    from grader.cli.quiz_attempt import Wish, open_attempt
    from grader.cli.quiz_terminal import Conversation
    from grader.cli.quiz_text import console
    from grader.quiz.bank import load_misconceptions, load_topic
    from grader.quiz.session import Feedback
    from grader.store.quiz_store import default_store, open_store

    folder = _folder(questions)
    loaded = load_topic(folder, topic)
    name = student or _login_name()
    wish = Wish(student=name, seed=seed, feedback=Feedback(feedback) if feedback else None, new=new)
    out = console()
    with open_store(store or default_store()) as opened:
        attempt = open_attempt(opened, loaded, wish, new_seed=secrets.randbelow(2**31), at=_now())
        for note in attempt.notes:
            out.print(note)
        Conversation(
            attempt.session,
            misconceptions=load_misconceptions(folder),
            console=out,
            ask=_ask,
            save=attempt.save,
            now=_now,
            resume_command=_resume_command(
                topic, questions=questions, student=student, store=store
            ),
        ).run()


@quiz.command("lint")
@click.argument("folder", type=FOLDER, required=False)
def lint_questions(folder: Path | None) -> None:
    """Check the questions of FOLDER, or those shipped; exit code 2 if one is unfit for use."""
    from grader.quiz.bank import topic_paths
    from grader.quiz.item import Severity
    from grader.quiz.lint import lint
    from grader.quiz.marks import counted

    folder = _folder(folder)
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
    from grader.cli.quiz_verify import verify_bank

    click.get_current_context().exit(verify_bank(_folder(folder), topic=topic, write=write))


@quiz.command()
@click.argument("answers", type=FILE)
@click.option("-o", "--output", type=FILE, help="Write the marks as JSON to this file, too.")
@questions_option
def grade(*, answers: Path, output: Path | None, questions: Path | None) -> None:
    """Mark an answers file, without a terminal.

    ANSWERS is YAML: `topic`, `student`, and `answers` with the id of each question and its
    answer: an option id or a list of them, true or false, a number, a list of step ids, a text.
    """
    from grader.cli.quiz_text import console, results
    from grader.quiz.answers import read_answers, responses
    from grader.quiz.bank import load_misconceptions, load_topic
    from grader.quiz.scoring import mark_all, marks_to_json

    folder = _folder(questions)
    file = read_answers(answers)
    topic = load_topic(folder, file.topic)
    marks = mark_all(topic.items, responses(file, topic, at=str(answers)))
    if output is not None:
        _write(output, marks_to_json(marks, topic=topic, student=file.student))
    out = console()
    out.print(f"{topic.title}: {file.student or 'no name given'}")
    out.print(results(marks, load_misconceptions(folder)))


def _folder(named: Path | None) -> Path:
    from grader.course import shipped

    return named or shipped("questions")


def _now() -> datetime:
    return datetime.now(UTC)


def _ask(prompt: str) -> str:
    """A line from the keyboard, or from a pipe, in characters that every store can keep."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401 - lets the arrow keys work in `input`
    while True:
        try:
            line = input(prompt)
        except UnicodeDecodeError:
            click.echo("That line is not UTF-8 text. Type it again.")
        else:
            return line.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "student"


def _resume_command(topic: str, **options: object) -> str:
    given = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    return shlex.join(["grader", "quiz", "take", topic, *(word for pair in given for word in pair)])


def _finding(finding: "Finding") -> str:
    fix = f"\n  {finding.fix}" if finding.fix else ""
    return f"{finding.severity}: {finding.where}: {finding.problem}{fix}"


def _write(path: Path, content: bytes) -> None:
    from grader.errors import GraderError

    try:
        path.write_bytes(content)
    except OSError as error:
        raise GraderError(
            f"cannot be written ({error.strerror})", at=str(path), fix="Name another file with -o."
        ) from error
