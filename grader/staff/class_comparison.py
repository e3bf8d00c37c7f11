"""A class compared with itself, in a process of its own: what students sent is read there alone.

A worker starts it when it comes to the job. The process opens the store and reads the newest
hand-in of each student; the ranking and the pages are kept with the end of the job. If it fails,
whoever asked gets a sentence, and a class that was compared before keeps that comparison.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

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
from grader.settings import Assignment, load_assignment
from grader.similarity.comparing import compare
from grader.similarity.gathering import gather_read
from grader.staff.apart import Beat, run_apart
from grader.staff.computing import Computation, Computed, job_key
from grader.store.jobs_store import FOR_STAFF, NewJob, StoredJob
from grader.store.site_store import SiteStore, open_site_store

KIND = "similarity"  # of the job
RANKING, PAGES = "similarity", "similarity pages"  # kinds of what is kept
_RANKING_FILE, _PAGES_FILE = "ranking.json", "pages.zip"
_PAGED = 50  # pairs with a page of their own
_SECONDS = 600


class ComparisonTask(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared, and where the result is left."""

    store: str
    course: str
    assignment: str  # its folder
    output: str  # a folder


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRanking:
    """The pairs of a class, the most alike first, as they were kept."""

    made_at: datetime
    submissions: int
    same: tuple[Mapping[str, object], ...]
    pairs: tuple[Mapping[str, object], ...]
    not_compared: tuple[Mapping[str, object], ...]


def ask_comparison(store: SiteStore, assignment: str, *, at: datetime) -> None:
    """Have a class compared; one that waits for it or is being compared stays as it is."""
    job = NewJob(
        key=comparison_key(store.course, assignment),
        course=store.course,
        priority=FOR_STAFF,
        payload={"kind": KIND, "assignment": assignment},
    )
    store.jobs.add(job, at=at)


def comparison_key(course: str, assignment: str) -> str:
    """What the job that compares a class is known by in the queue."""
    return job_key(KIND, course, assignment)


def comparing(
    store: SiteStore, assignments: Mapping[str, Assignment], clock: Callable[[], datetime]
) -> Computation:
    """How a worker compares a class."""

    def compare_class(job: StoredJob, beat: Beat) -> Computed:
        name = str(job.payload["assignment"])
        if name not in assignments:
            raise GraderFault(f"this worker has no assignment {name!r}")
        with tempfile.TemporaryDirectory(prefix="grader-compare-") as folder:
            task = ComparisonTask(
                store=store.where,
                course=store.course,
                assignment=str(assignments[name].folder),
                output=folder,
            )
            _run(task, beat)
            ranking = Path(folder, _RANKING_FILE).read_bytes()
            pages = Path(folder, _PAGES_FILE).read_bytes()

        def keep(connection: Any) -> None:
            now = clock()
            for kind, content in ((PAGES, pages), (RANKING, ranking)):
                store.staff_files.keep_within(connection, kind, name, content=content, at=now)

        return Computed(also=keep)

    return compare_class


def _run(task: ComparisonTask, beat: Beat) -> None:
    ran = run_apart(
        [sys.executable, "-m", "grader.staff.class_comparison"],
        sent=msgspec.json.encode(task),
        seconds=_SECONDS,
        beat=beat,
    )
    if ran is None:
        raise GraderFault(
            f"the comparison was not through after {_SECONDS} seconds",
            fix="Compare with `grader similarity` on another machine.",
        )
    if ran.exit_code != 0:
        said = ran.err.decode(errors="replace").strip().splitlines()
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
    """Compare the newest hand-ins of a class, and leave the ranking and the pages."""
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
    Path(task.output, _PAGES_FILE).write_bytes(zip_of(pages))
    Path(task.output, _RANKING_FILE).write_bytes(ranking)
    store.close()


def _read(*, store: SiteStore, name: str, hand_in: int) -> Submission:
    return read_uploaded(name, store.hand_ins.contents(hand_in))


if __name__ == "__main__":
    os.nice(10)  # what students wait for comes first
    compare_now(msgspec.json.decode(sys.stdin.buffer.read(), type=ComparisonTask))
