"""What `grader quiz lint` does."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from grader.errors import CourseError
from grader.quiz.bank.cues import cues
from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import read_topic, topic_paths
from grader.quiz.items.item import Item, LintFinding, Severity
from grader.reports.cue_terminal import cue_report
from grader.reports.quiz_terminal import console
from grader.settings import question_folder
from grader.text import counted


def lint_folder(named: Path | None) -> int:
    """Print what was found; the exit code is 2 if a question is unfit for use."""
    folder = question_folder(named)
    findings = lint(folder)
    for finding in findings:
        click.echo(_finding(finding))
    paths = topic_paths(folder)
    if found := cues(_readable(paths)):
        console().print(cue_report(found))
    errors, warnings = (
        sum(finding.severity == severity for finding in findings)
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    files = counted(len(paths), "topic")
    click.echo(f"{files}: {counted(errors, 'error')}, {counted(warnings, 'warning')}.")
    return 2 if errors else 0


def _readable(paths: Iterable[Path]) -> Iterator[Item]:
    """The questions that can be read; what is wrong with the others is among the findings."""
    for path in paths:
        with suppress(CourseError):
            yield from read_topic(path).topic.items


def _finding(finding: LintFinding) -> str:
    fix = f"\n  {finding.fix}" if finding.fix else ""
    return f"{finding.severity}: {finding.where}: {finding.problem}{fix}"
