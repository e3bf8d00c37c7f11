"""What `grader quiz export` and `grader quiz import` do."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click

from grader.cli.files import write_file
from grader.cli.outputs import assert_output, assert_outside_results
from grader.courses.exported_questions import exported_questions
from grader.errors import CourseError, did_you_mean
from grader.quiz.bank.concepts import must_be_a_row
from grader.quiz.bank.lint import lint
from grader.quiz.exports.export_job import ExportJob, Loss
from grader.quiz.exports.formats import format_named
from grader.quiz.imports.import_file import read_file
from grader.quiz.imports.writing import Defaults, must_be_free, write_topics
from grader.quiz.items import kinds
from grader.quiz.items.item import Severity
from grader.settings import question_folder
from grader.text import all_of, counted


def export_topics(
    topics: tuple[str, ...],
    output: Path,
    *,
    format_: str,
    seed: int,
    left_out: Sequence[str],
    with_keys: bool,
    questions: Path | None,
) -> None:
    """Write a file for another system, and say what it holds and what was lost.

    Raises:
        UsageError: the keys are asked for apart, and the format always holds them; or a kind to
            leave out is none.
        CourseError: there is no such topic or format, the questions cannot be read, or the format
            wrote something else than bytes.
        GraderError: the file cannot be written.
    """
    job = ExportJob(seed=seed, with_keys=with_keys)
    without = {_kind(name) for name in left_out}
    chosen = [
        replace(topic, items=tuple(item for item in topic.items if item.kind() not in without))
        for topic in exported_questions(question_folder(questions), topics)
    ]
    format_of = format_named(format_)
    if with_keys and not format_of.can_hide_keys:
        raise click.UsageError(f"--with-keys is not for {format_}, which always holds the keys.")
    content = format_of.write(chosen, job)
    if not isinstance(content, bytes):
        raise CourseError(
            f"the format {format_!r} wrote a {type(content).__name__} instead of bytes",
            fix="Tell the author of the package that adds it.",
        )
    ending = ".zip" if content.startswith(b"PK") else ".md" if format_ == "markdown" else ""
    assert_output(output, ending=ending)
    write_file(output, content)
    _warn(job.losses, n_questions=len(job.written))
    amount = counted(len(job.written), "question")
    click.echo(f"{output}: {amount} of {counted(len(chosen), 'topic')} as {format_}.")
    if with_keys or not format_of.can_hide_keys:
        click.echo("It holds the keys, so keep it from those who take the quiz.")
    if len(job.written) < sum(len(topic.items) for topic in chosen):
        click.echo("Some questions were left out: see the warnings.")


def import_file(file: Path, output: Path, *, concept: int | None, difficulty: int | None) -> None:
    """Write a folder of topics, and say what was lost and what is left to do."""
    if concept is not None:
        must_be_a_row(concept, output)
    assert_outside_results(output)
    read = read_file(file)
    must_be_free(read.topics, output)
    _warn(read.losses, file=f"{file.name}: ")
    defaults = Defaults(concept=concept, difficulty=difficulty)
    written = write_topics(read.topics, output, defaults, source=str(file))
    for path, amount in written.items():
        click.echo(f"{path}: {counted(amount, 'question')}")
    _say_what_is_left(output)


def _kind(name: str) -> str:
    """A kind of question by its name, or by that of several."""
    for known in (name, name.removesuffix("s")):
        if known in kinds():
            return known
    raise click.UsageError(f"--without: there is no kind {name!r}. {did_you_mean(name, kinds())}")


def _warn(losses: Iterable[Loss], *, n_questions: int = 0, file: str = "") -> None:
    """Each loss once, with the questions that it happens to, unless these are all there are."""
    questions: dict[str, list[str]] = {}
    for loss in losses:
        questions.setdefault(loss.what, []).append(loss.question)
    width = max(40, shutil.get_terminal_size().columns)
    for what, names in questions.items():
        unique = list(dict.fromkeys(names))
        if len(unique) == 1:
            click.echo(f"warning: {file}{unique[0]}: {what}", err=True)
            continue
        if len(unique) == n_questions:
            click.echo(f"warning: {all_of(n_questions, 'question')}: {what}", err=True)
            continue
        click.echo(f"warning: {file}{len(unique)} questions: {what}", err=True)
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
    found = [finding.severity for finding in lint(folder)]
    errors, warnings = (found.count(kind) for kind in (Severity.ERROR, Severity.WARNING))
    if errors:
        click.echo(f"{counted(errors, 'thing')} left to do before they can be taken.")
    elif warnings:
        click.echo(f"They can be taken: grader quiz list --questions {folder}")
        click.echo(f"{counted(warnings, 'thing')} may be filled in.")
    if errors or warnings:
        click.echo(f"Next: grader quiz lint {folder}")
    else:
        click.echo(f"Next: grader quiz list --questions {folder}")
