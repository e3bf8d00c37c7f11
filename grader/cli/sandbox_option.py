"""The option by which a user names a sandbox; nothing of it is imported here."""

import click

sandbox_option = click.option(
    "--sandbox",
    default="warm",
    show_default=True,
    help="Where student code runs: `warm` is ours, others are added by installed packages.",
)
