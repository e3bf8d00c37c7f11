"""`grader serve`: a course as a web site."""

from pathlib import Path
from typing import Any

import click

from grader.cli.edge import needs_torch
from grader.cli.options import LEVELS, jobs_option, sandbox_option


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--address",
    default="",
    metavar="URL",
    help="How browsers reach the site, e.g. https://grader.example.org, where that is by a proxy.",
)
@click.option(
    "--store", default="", metavar="URL", help="A path or URL; by default site.sqlite in FOLDER."
)
@click.option(
    "--proxy-headers",
    is_flag=True,
    help="Believe what a proxy on this machine says of where requests come from.",
)
@click.option("--tls-certificate", type=click.Path(path_type=Path), help="A PEM file.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="A PEM file.")
@jobs_option
@click.option(
    "--demo", is_flag=True, help="Make a course to look at, with students, in a temporary folder."
)
@click.option("--no-worker", is_flag=True, help="Grade nothing here: `grader work` does.")
@click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="confined",
    show_default=True,
    help="Weakest isolation level that will do; see `grader doctor` for what this machine reaches.",
)
@sandbox_option
@click.option(
    "--upload-megabytes",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="The most that one hand-in may have.",
)
@click.option(
    "--course-gigabytes",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    help="The most that all hand-ins of the course may have together.",
)
@click.option("--owner", default="owner", show_default=True, help="The name of the first owner.")
@click.pass_context
def serve(
    ctx: click.Context,
    /,
    folder: Path,
    host: str,
    port: int,
    demo: bool,
    no_worker: bool,
    jobs: int | None,
    require_level: str,
    sandbox: str,
    store: str,
    owner: str,
    upload_megabytes: int,
    course_gigabytes: int,
    **listening: Any,
) -> None:
    """Serve the course in FOLDER, where its course.yaml lies.

    The first time, a link is printed by which the owner of the course enters.
    """
    needs_torch()
    from grader.cli import serve_run

    where = serve_run.listening_at(host, port, **listening)
    grading = serve_run.Grading(
        jobs=0 if no_worker else jobs, require_level=require_level, sandbox=sandbox
    )
    if demo:
        ctx.exit(serve_run.serve_demo(where, grading))
    limits = serve_run.limits_of(megabytes=upload_megabytes, gigabytes=course_gigabytes)
    ctx.exit(
        serve_run.serve_course(folder, where, grading, store=store, owner=owner, limits=limits)
    )
