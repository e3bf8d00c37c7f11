"""`grader similarity`: how alike the submissions of a class are, as an order to read them in."""

from pathlib import Path

import click


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--archive",
    "archives",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder with the submissions of another term; may be given several times.",
)
@click.option(
    "-a",
    "--assignment",
    default="decoder-generation",
    show_default=True,
    help="Name of an assignment, or its folder: its starter and handout are left out, its examples "
    "compared with.",
)
@click.option(
    "--groups",
    "groups_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV with the columns `group` and `submission`: who worked together, and said so.",
)
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(path_type=Path),
    help="CSV with who is in the course; by default the roster.csv beside the course.yaml that is "
    "here, or above SUBMISSIONS.",
)
@click.option(
    "--pages",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="How many pairs get a page with their lines side by side.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for index.html, a page a pair, pairs.csv and similarity.json.",
)
def similarity(
    submissions: Path,
    archives: tuple[Path, ...],
    assignment: str,
    groups_file: Path | None,
    roster_file: Path | None,
    pages: int,
    folder: Path,
) -> None:
    """Rank pairs of the folder SUBMISSIONS by how much code they share that is rare in the class.

    Names, comments, layout and the order of functions make no difference. It says nothing of how a
    likeness came about, and changes no grade.
    """
    from grader.cli import similarity_run

    similarity_run.compare_class(
        submissions,
        folder,
        archives=archives,
        assignment=assignment,
        groups_file=groups_file,
        roster_file=roster_file,
        pages=pages,
    )
