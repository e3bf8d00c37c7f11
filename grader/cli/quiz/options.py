"""Options that several commands of `grader quiz` have in common."""

import getpass
from pathlib import Path

import click

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)

questions_option = click.option(
    "--questions", type=FOLDER, help="Folder with the questions.  [default: those shipped]"
)
store_option = click.option(
    "--store",
    envvar="GRADER_STORE",
    help="SQLite file or database URL; also GRADER_STORE.  [default: in your data folder]",
)
student_option = click.option(
    "--student", default=None, help="Name in the store.  [default: your login name]"
)
where_argument = click.argument("where", required=False, envvar="GRADER_STORE")
seed_type = click.IntRange(0, 2**31 - 1)


def login_name(default: str) -> str:
    """The name of who types; a container's user may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return default
