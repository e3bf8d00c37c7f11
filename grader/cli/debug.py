"""`grader debug`: the call that a check does not accept, for a debugger."""

from pathlib import Path

import click

from grader.cli.options import (
    any_level_option,
    assignment_or_here_option,
    one_thread,
    sandbox_option,
)


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.argument("stage")
@assignment_or_here_option
@any_level_option
@sandbox_option
@click.pass_context
def debug(
    ctx: click.Context,
    submission: Path,
    stage: str,
    assignment: str,
    require_level: str,
    sandbox: str,
) -> None:
    """Write debug_STAGE.py beside SUBMISSION: the input of a visible check that STAGE fails.

    The script makes that one call and shows the expected answer. Run it with plain Python or in
    the debugger of your editor; `breakpoint()` in your code works. SUBMISSION is a .py file, or a
    folder with one.
    """
    one_thread()
    from grader.cli import debug_run

    ctx.exit(
        debug_run.write_script(
            submission, stage, assignment=assignment, require_level=require_level, sandbox=sandbox
        )
    )
