"""`grader quiz verify`: run what the questions say on the reference."""

from pathlib import Path

import click

from grader.cli.quiz.options import FOLDER


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--topic", help="Verify this topic alone.")
@click.option("--write", is_flag=True, help="Store the results beside the questions.")
@click.option(
    "--assent",
    metavar="ID",
    multiple=True,
    help="With --write: agree to the words of this question, or of `all`, without being asked.",
)
@click.option("--mutate", is_flag=True, help="Change the questions, and see which changes show.")
@click.option(
    "--sample", type=click.IntRange(min=1), help="With --mutate: take so many of the questions."
)
@click.pass_context
def verify(
    ctx: click.Context,
    *,
    folder: Path | None,
    topic: str | None,
    write: bool,
    assent: tuple[str, ...],
    mutate: bool,
    sample: int | None,
) -> None:
    """Run the answer keys of FOLDER, or those shipped, on the reference.

    Exit code 2 if a key does not hold, came out differently when its result was stored, or has
    words that nobody has agreed to; with --mutate, if a change does not show.
    """
    if assent and not write:
        raise click.UsageError("`--assent` belongs to `--write`, which stores what is agreed to.")
    if mutate and write:
        raise click.UsageError("`--mutate` changes no file: leave out `--write`.")
    if sample and not mutate:
        raise click.UsageError("`--sample` belongs to `--mutate`.")
    from grader.cli.quiz import verify_run

    if mutate:
        ctx.exit(verify_run.mutate_bank(folder, topic=topic, sample=sample))
    ctx.exit(verify_run.verify_bank(folder, topic=topic, write=write, assent=assent))
