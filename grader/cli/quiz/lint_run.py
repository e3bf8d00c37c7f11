"""What `grader quiz lint` does."""

from pathlib import Path

import click

from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import topic_paths
from grader.quiz.items.item import LintFinding, Severity
from grader.settings import question_folder
from grader.text import counted


def lint_folder(named: Path | None) -> int:
    """Print what was found; the exit code is 2 if a question is unfit for use."""
    folder = question_folder(named)
    findings = lint(folder)
    for finding in findings:
        click.echo(_finding(finding))
    errors, warnings = (
        sum(finding.severity == severity for finding in findings)
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    files = counted(len(topic_paths(folder)), "topic")
    click.echo(f"{files}: {counted(errors, 'error')}, {counted(warnings, 'warning')}.")
    return 2 if errors else 0


def _finding(finding: LintFinding) -> str:
    fix = f"\n  {finding.fix}" if finding.fix else ""
    return f"{finding.severity}: {finding.where}: {finding.problem}{fix}"
