"""`grader quiz lint`: whether questions are fit for use."""

from pathlib import Path

import click

from grader.cli.quiz.options import FOLDER


@click.command("lint")
@click.argument("folder", type=FOLDER, required=False)
@click.pass_context
def lint_questions(ctx: click.Context, folder: Path | None) -> None:
    """Check the questions of FOLDER, or those shipped; exit code 2 if one is unfit for use."""
    from grader.cli.quiz import lint_run

    ctx.exit(lint_run.lint_folder(folder))
