"""`grader quiz verify`: run what the questions say on the reference."""

from pathlib import Path

import click

from grader.cli.quiz.options import FOLDER


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--topic", help="Verify this topic alone.")
@click.option("--write", is_flag=True, help="Store the results beside the questions.")
@click.pass_context
def verify(ctx: click.Context, *, folder: Path | None, topic: str | None, write: bool) -> None:
    """Run the answer keys of FOLDER, or those shipped, on the reference.

    Exit code 2 if a key does not hold, or came out differently when its result was stored.
    """
    from grader.cli.quiz import verify_run

    ctx.exit(verify_run.verify_bank(folder, topic=topic, write=write))
