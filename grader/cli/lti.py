"""`grader lti`: the learning platforms in which a course is shown."""

from pathlib import Path
from typing import Any

import click

from grader.cli.suggesting import SuggestingGroup

KINDS = ("canvas", "moodle", "brightspace", "other")  # a test compares them with the presets

folder_argument = click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), default=Path()
)
store_option = click.option(
    "--store", default="", metavar="URL", help="A path or URL; by default site.sqlite in FOLDER."
)


@click.group(cls=SuggestingGroup)
def lti() -> None:
    """Show a course within Canvas, Moodle, Brightspace or another platform, by LTI 1.3."""


@lti.command()
@click.argument("kind", type=click.Choice(KINDS))
@folder_argument
@click.option("--client-id", default="", help="As the platform shows it.")
@click.option(
    "--deployment", "deployments", multiple=True, metavar="ID", help="May be given several times."
)
@click.option("--url", default="", help="The address of your Moodle, Brightspace or own Canvas.")
@click.option("--name", default="", help="What the platform is called on pages.")
@click.option("--issuer", default="", help="Where it is none of the usual ones; so the next four.")
@click.option("--login-url", default="", metavar="URL", help="Its OpenID Connect authorization.")
@click.option("--token-url", default="", metavar="URL", help="Its access tokens.")
@click.option("--keys-url", default="", metavar="URL", help="Its key set.")
@click.option("--audience", "token_audience", default="", help="Of tokens, if it wants its own.")
@click.option(
    "--match-by",
    "matched_by",
    type=click.Choice(("email", "id", "username")),
    default="email",
    show_default=True,
    help="How its people are found on the roster.",
)
@click.option(
    "--enrol/--no-enrol",
    "enrols",
    default=True,
    show_default=True,
    help="Whether a learner who is not on the roster comes on it.",
)
@store_option
def add(folder: Path, **said: Any) -> None:
    """Register a platform of a KIND for the course in FOLDER, or change what is registered.

    The same client id again adds deployments to those that are there.
    """
    from grader.cli import lti_run

    lti_run.add(folder, **said)


@lti.command(name="list")
@folder_argument
@store_option
def list_platforms(folder: Path, store: str) -> None:
    """Show the platforms of the course in FOLDER, and what became of the grades."""
    from grader.cli import lti_run

    lti_run.list_platforms(folder, store=store)


@lti.command()
@folder_argument
@store_option
def send(folder: Path, store: str) -> None:
    """Send grades that have not arrived now, also those that were given up."""
    from grader.cli import lti_run

    lti_run.send(folder, store=store)
