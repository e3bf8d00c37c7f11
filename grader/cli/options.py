"""Options that several commands have in common."""

import os

import click

LEVELS = ("full", "confined", "sealed", "partial", "none")  # a test compares them with the sandbox

assignment_option = click.option(
    "--assignment",
    default="decoder-generation",
    show_default=True,
    help="Name of an assignment, or its folder.",
)
assignment_or_here_option = click.option(
    "--assignment",
    default="",
    show_default="decoder-generation, or the release in this folder",
    help="Name of an assignment, or its folder.",
)
jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Processes; by default all cores."
)
any_level_option = click.option(
    "--require-level",
    type=click.Choice(LEVELS),
    default="none",
    help="Do not run below this isolation level. By default, run whatever this machine reaches.",
)
sandbox_option = click.option(
    "--sandbox",
    default="warm",
    show_default=True,
    help="Where student code runs: `warm` is ours, others are added by installed packages.",
)


def one_thread() -> None:
    """Keep torch to one thread; call it before torch is imported. The arrays are small."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
