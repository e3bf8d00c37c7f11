"""`grader quiz export` and `grader quiz import`."""

import shutil
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.quiz.options import FILE, FOLDER, questions_option, write_file
from grader.settings import question_folder

if TYPE_CHECKING:
    from grader.quiz.bank.topics import Topic
    from grader.quiz.exports.export_job import Loss

FORMATS = ("moodle-xml", "gift", "qti21", "qti30", "canvas", "markdown", "json")
WITHOUT_KEYS = ("markdown", "json")  # those that a taker may get


@click.command("export")
@click.argument("topics", nargs=-1, metavar="[TOPIC]...")
@click.option("--to", "format_", type=click.Choice(FORMATS), required=True, help="Kind of file.")
@click.option("-o", "--output", type=FILE, required=True, help="File to write.")
@click.option(
    "--with-keys",
    is_flag=True,
    help="Markdown and JSON: with keys, feedback and rubrics, for staff only.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    help="Decides the order of options and steps.  [default: 0]",
)
@questions_option
def export_questions(
    *,
    topics: tuple[str, ...],
    format_: str,
    output: Path,
    with_keys: bool,
    seed: int,
    questions: Path | None,
) -> None:
    """Write the questions of each TOPIC, or of all, as a file for another system.

    Markdown and JSON are handouts without keys, unless you ask for them. The formats of learning
    management systems hold every key. What a format cannot hold is said question by question.
    """
    from grader.quiz.exports.export_job import ExportJob
    from grader.quiz.exports.formats import FORMATS as WRITERS
    from grader.quiz.items.marks import counted

    if with_keys and format_ not in WITHOUT_KEYS:
        raise click.UsageError(f"--with-keys is not for {format_}, which always holds the keys.")
    job = ExportJob(seed=seed, with_keys=with_keys)
    chosen = _topics(question_folder(questions), topics)
    content = WRITERS[format_].write(chosen, job)
    write_file(output, content)
    _warn(job.losses, n_questions=len(job.written))
    amount = counted(len(job.written), "question")
    click.echo(f"{output}: {amount} of {counted(len(chosen), 'topic')} as {format_}.")
    if with_keys or format_ not in WITHOUT_KEYS:
        click.echo("It holds the keys, so keep it from those who take the quiz.")
    if len(job.written) < sum(len(topic.items) for topic in chosen):
        click.echo("Some questions were left out: see the warnings.")


@click.command("import")
@click.argument("file", type=FILE)
@click.option(
    "-o",
    "--output",
    type=FOLDER,
    default=Path("imported-questions"),
    help="Folder for the topics.  [default: imported-questions]",
)
@click.option("--concept", type=click.IntRange(min=1), help="Concept of questions without one.")
@click.option(
    "--difficulty", type=click.IntRange(1, 3), help="Difficulty of questions without one."
)
def import_questions(
    *, file: Path, output: Path, concept: int | None, difficulty: int | None
) -> None:
    """Turn FILE into questions of ours: one YAML file a topic.

    FILE is Moodle XML, GIFT, or QTI 2.1: an item or a package. What could not be taken over is said
    question by question; what our questions need beyond that, `grader quiz lint` tells.
    """
    from grader.quiz.imports.import_file import read_file
    from grader.quiz.imports.writing import Defaults, must_be_free, write_topics
    from grader.quiz.items.marks import counted

    read = read_file(file)
    must_be_free(read.topics, output)
    _warn(read.losses)
    defaults = Defaults(concept=concept, difficulty=difficulty)
    written = write_topics(read.topics, output, defaults, source=str(file))
    for path, amount in written.items():
        click.echo(f"{path}: {counted(amount, 'question')}")
    _say_what_is_left(output)


def _topics(folder: Path, names: Iterable[str]) -> "tuple[Topic, ...]":
    from grader.quiz.bank.topics import load, load_topic

    if not names:
        return load(folder).topics
    return tuple(load_topic(folder, name) for name in dict.fromkeys(names))


def _warn(losses: "Iterable[Loss]", *, n_questions: int = 0) -> None:
    """Each loss once, with the questions that it happens to, unless these are all there are."""
    questions: dict[str, list[str]] = {}
    for loss in losses:
        questions.setdefault(loss.what, []).append(loss.question)
    width = max(40, shutil.get_terminal_size().columns)
    for what, names in questions.items():
        unique = list(dict.fromkeys(names))
        if len(unique) == 1:
            click.echo(f"warning: {unique[0]}: {what}", err=True)
            continue
        if len(unique) == n_questions:
            click.echo(f"warning: all {n_questions} questions: {what}", err=True)
            continue
        click.echo(f"warning: {len(unique)} questions: {what}", err=True)
        lines = textwrap.fill(
            ", ".join(unique),
            width,
            initial_indent="  ",
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        click.echo(lines, err=True)


def _say_what_is_left(folder: Path) -> None:
    from grader.quiz.bank.lint import lint
    from grader.quiz.items.item import Severity
    from grader.quiz.items.marks import counted

    errors = sum(finding.severity == Severity.ERROR for finding in lint(folder))
    if errors:
        click.echo(f"{counted(errors, 'thing')} left to do before they can be taken.")
        click.echo(f"Next: grader quiz lint {folder}")
    else:
        click.echo(f"Next: grader quiz list --questions {folder}")
