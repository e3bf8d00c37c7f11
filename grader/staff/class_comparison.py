"""A class compared with itself, in a process of its own: what students sent is read there alone.

The process opens the store, reads the newest hand-in of each student, and keeps the ranking and
the pages. Whoever starts it gets a sentence if it fails, and a class that was compared before
keeps that comparison.
"""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from grader.errors import GraderFault
from grader.gradebooks.plain_zip import zip_of
from grader.intake.uploaded import read_uploaded
from grader.records import Submission
from grader.reports.similarity_page import (
    comparison_json,
    overview,
    page_name,
    pair_page,
    pairs_csv,
)
from grader.settings import load_assignment
from grader.similarity.comparing import compare
from grader.similarity.gathering import gather_read
from grader.store.site_store import SiteStore, open_site_store

RANKING, PAGES = "similarity", "similarity pages"  # kinds of what is kept
_PAGED = 50  # pairs with a page of their own
_SECONDS = 600


class ComparisonTask(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared, and where the result is kept."""

    store: str
    course: str
    assignment: str  # its folder
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRanking:
    """The pairs of a class, the most alike first, as they were kept."""

    made_at: datetime
    submissions: int
    same: tuple[Mapping[str, object], ...]
    pairs: tuple[Mapping[str, object], ...]
    not_compared: tuple[Mapping[str, object], ...]


def compare_class_apart(task: ComparisonTask) -> None:
    """Compare a class in a process of its own, and keep what comes of it.

    Raises:
        GraderFault: it takes too long, or fails; nothing is kept then.
    """
    command = [sys.executable, "-m", "grader.staff.class_comparison"]
    try:
        ran = subprocess.run(  # noqa: S603 - our own module
            command,
            input=msgspec.json.encode(task),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GraderFault(
            f"the comparison was not through after {_SECONDS} seconds",
            fix="Compare with `grader similarity` on another machine.",
        ) from error
    if ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise GraderFault(f"the comparison failed: {said[-1] if said else 'no reason was given'}")


def kept_ranking(store: SiteStore, assignment: str) -> ClassRanking | None:
    """The ranking of a class that was compared; None if it never was."""
    found = store.staff_files.file(RANKING, assignment)
    if found is None:
        return None
    read = msgspec.json.decode(found.content)
    return ClassRanking(
        made_at=found.made_at,
        submissions=read["submissions"],
        same=tuple(read["same"]),
        pairs=tuple(read["pairs"]),
        not_compared=tuple(read["not_compared"]),
    )


def compare_now(task: ComparisonTask) -> None:
    """Compare the newest hand-ins of a class, and keep the ranking and the pages."""
    assignment = load_assignment(Path(task.assignment))
    store = open_site_store(task.store, course=task.course)
    newest = store.hand_ins.newest(assignment.name)
    class_ = {
        name: partial(_read, store=store, name=name, hand_in=one.id) for name, one in newest.items()
    }
    found = gather_read(class_, assignment=assignment, shelf=task.course)
    comparison = compare(
        found.submissions, found.partners, given=found.given, not_compared=found.not_compared
    )
    paged = min(_PAGED, len(comparison.pairs))
    title = assignment.title
    pages = {
        page_name(rank): pair_page(comparison, rank, title=title, paged=paged)
        for rank in range(1, paged + 1)
    }
    pages["index.html"] = overview(comparison, title=title, paged=paged)
    pages["pairs.csv"] = pairs_csv(comparison, paged=paged)
    ranking = comparison_json(comparison, paged=paged)
    store.staff_files.keep(PAGES, assignment.name, zip_of(pages), at=task.at)
    store.staff_files.keep(RANKING, assignment.name, ranking, at=task.at)
    store.close()


def _read(*, store: SiteStore, name: str, hand_in: int) -> Submission:
    return read_uploaded(name, store.hand_ins.contents(hand_in))


if __name__ == "__main__":
    compare_now(msgspec.json.decode(sys.stdin.buffer.read(), type=ComparisonTask))
