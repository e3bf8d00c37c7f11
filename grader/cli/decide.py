"""`grader decide`: what a person decides about the grades of a class, and what was decided."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="RESULTS", type=click.Path(file_okay=False, path_type=Path))
@click.argument("submission", required=False)
@click.argument("stage", required=False)
@click.argument("points", type=int, required=False)
@click.option("--excuse", is_flag=True, help="Let the submission count for nothing.")
@click.option("--extend", metavar="HOURS", help="Put off its due date by so many hours.")
@click.option("--extra-time", metavar="HOURS", help="Give it more hours, on top of an extension.")
@click.option("--handed-in", metavar="TIME", help="Say when it came: `2026-11-30 23:59 ZONE`.")
@click.option("--final", metavar="POINTS", help="Set its final points, whatever else is said.")
@click.option("--drop", metavar="CHECK", help="Let a check count for nobody.")
@click.option("--take-back", "--undo", type=int, metavar="N", help="Let decision N hold no longer.")
@click.option("--reason", default="", help="Why; each decision needs a reason.")
@click.option("--by", help="Who decides; by default the name you are logged in with.")
def decide(
    folder: Path,
    submission: str | None,
    stage: str | None,
    points: int | None,
    reason: str,
    by: str | None,
    **said: str | int | None,
) -> None:
    """Give STAGE of SUBMISSION other POINTS than its checks did, or decide something else.

    RESULTS is the folder of `grader batch -o`. Without more words it shows the decisions that
    hold. Each call decides one thing and says why. Reports stay as they are; grades.csv follows.
    """
    from grader.cli import decide_run

    place = (submission, stage, points)
    decide_run.decide(folder, place, said=said, reason=reason, by=by)
