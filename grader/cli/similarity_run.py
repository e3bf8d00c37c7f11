"""What `grader similarity` does."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from grader.batch.results import assert_apart
from grader.cli.files import make_output_folder, write_file
from grader.cli.name_lists import named
from grader.cli.outputs import assert_output
from grader.intake.roster import Roster, read_roster, roster_beside
from grader.reports.similarity_page import (
    comparison_json,
    overview,
    page_name,
    pair_page,
    pairs_csv,
)
from grader.settings import course_file_of, find_assignment
from grader.similarity.compared_code import Comparison
from grader.similarity.comparing import compare
from grader.similarity.declared_groups import declared_groups
from grader.similarity.gathering import gather
from grader.text import counted

_PAGE = re.compile(r"pair-\d{3,}\.html")
_NAMED = 5  # pairs that are printed


def compare_class(
    submissions: Path,
    folder: Path,
    *,
    archives: Sequence[Path],
    assignment: str,
    groups_file: Path | None,
    roster_file: Path | None,
    pages: int,
) -> None:
    """Compare a class and write what was found."""
    for place in (submissions, *archives):
        assert_apart(folder, place)
    for name in ("pairs.csv", "similarity.json", "index.html"):
        assert_output(folder / name, reads=[groups_file, roster_file])
    chosen = find_assignment(assignment)
    declared = declared_groups(groups_file) if groups_file is not None else ()
    roster = _roster(roster_file, submissions)
    found = gather(submissions, archives, assignment=chosen, roster=roster)
    comparison = compare(
        found.submissions,
        found.partners,
        given=found.given,
        declared=declared,
        not_compared=found.not_compared,
    )
    _write(comparison, folder, title=chosen.title, paged=min(pages, len(comparison.pairs)))
    _print(comparison, folder)
    there = {one.name for one in found.submissions} | {one.name for one in found.not_compared}
    if nobody := sorted(frozenset().union(*declared) - there):
        click.echo(f"{groups_file} names {named(nobody)}, and no submission is called so.")


def _roster(named_file: Path | None, submissions: Path) -> Roster | None:
    """The roster by which `grader batch` names submissions, which is said."""
    path = named_file or roster_beside(course_file_of(submissions, here=Path()))
    if path is None:
        return None
    roster = read_roster(path)
    click.echo(f"Roster: {path}, {len(roster.rows)} people.", err=True)
    return roster


def _write(comparison: Comparison, folder: Path, *, title: str, paged: int) -> None:
    """Pages of an earlier run that this one does not have are taken away."""
    make_output_folder(folder)
    for rank in range(1, paged + 1):
        page = pair_page(comparison, rank, title=title, paged=paged)
        write_file(folder / page_name(rank), page)
    write_file(folder / "pairs.csv", pairs_csv(comparison, paged=paged))
    write_file(folder / "similarity.json", comparison_json(comparison, paged=paged))
    write_file(folder / "index.html", overview(comparison, title=title, paged=paged))
    kept = {page_name(rank) for rank in range(1, paged + 1)}
    for path in folder.iterdir():
        if _PAGE.fullmatch(path.name) and path.name not in kept:
            path.unlink()


def _print(comparison: Comparison, folder: Path) -> None:
    beside = f" and with {counted(comparison.partners, 'text')} from elsewhere"
    click.echo(
        f"{counted(comparison.submissions, 'submission')} compared with each other"
        f"{beside if comparison.partners else ''}. The most alike:"
    )
    for same in comparison.same[:_NAMED]:
        names = ", ".join(one.shown for one in same.members)
        click.echo(f"  {names}: {same.likeness.value}")
    for pair in comparison.pairs[:_NAMED]:
        click.echo(f"  {pair.share:4.0%}  {pair.first.name} and {pair.second.shown}")
    left = [len(comparison.same) - _NAMED, len(comparison.pairs) - _NAMED]
    if more := sum(max(0, number) for number in left):
        click.echo(f"  and {more} more")
    if not comparison.pairs and not comparison.same:
        click.echo("  none: no pair shares anything that is rare in the class")
    for one in comparison.not_compared:
        click.echo(f"Not compared: {one.name} ({one.shelf}), {one.why}.")
    click.echo(f"Read {folder / 'index.html'}: it ranks, and says nothing of how it came about.")
